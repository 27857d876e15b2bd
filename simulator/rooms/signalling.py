"""The door of the rooms: LiveKit's WebSocket and its validation twin, in both generations."""

import gzip
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass

from aiohttp import web
from google.protobuf.message import DecodeError
from livekit.protocol import models, rtc

from simulator import tokens
from simulator.cloud import CLOUD, Cloud
from simulator.records import Session
from simulator.rooms.room import Room

HEARTBEAT_S = 20.0
CLOSE_WITHIN_S = 1.0
FULL_RATE_ROOMS = 2
HALF_RATE_ROOMS = 8
routes = web.RouteTableDef()


class Rooms:
    """The rooms in use, by session id."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.open: dict[str, Room] = {}

    def of(self, session: Session) -> Room:
        """Return the session's room, opened when its first client comes."""
        if session.id not in self.open:
            self.open[session.id] = Room(self._cloud, session, self._stride, self._forget)
        return self.open[session.id]

    async def close(self) -> None:
        """Send everybody away."""
        for room in list(self.open.values()):
            await room.close(models.DisconnectReason.SERVER_SHUTDOWN)

    def _forget(self, session: Session) -> None:
        self.open.pop(session.id, None)

    def _stride(self) -> int:
        busy = sum(room.member is not None for room in self.open.values())
        if busy <= FULL_RATE_ROOMS:
            return 1
        return 2 if busy <= HALF_RATE_ROOMS else 3


ROOMS: web.AppKey[Rooms] = web.AppKey("rooms", Rooms)


@dataclass(frozen=True)
class Knock:
    """What a client says when it opens the socket."""

    single_peer: bool
    resumed_sid: str | None = None
    offer: rtc.SessionDescription | None = None


class NotAdmitted(Exception):
    """The room's door stays shut; clients show the words to their user."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.response = web.Response(status=status, text=words)


@routes.get("/rtc/validate")
@routes.get("/rtc/v1/validate")
async def validate(request: web.Request) -> web.Response:
    """Say over plain HTTP what the socket would say: a browser cannot read a refused upgrade."""
    try:
        _admit(request)
    except NotAdmitted as refusal:
        return refusal.response
    return web.Response(text="success")


@routes.get("/rtc")
async def join_v0(request: web.Request) -> web.StreamResponse:
    query = request.query
    resumed = query.get("sid") if query.get("reconnect") == "1" else None
    return await _join(request, Knock(single_peer=False, resumed_sid=resumed))


@routes.get("/rtc/v1")
async def join_v1(request: web.Request) -> web.StreamResponse:
    try:
        asked = _join_request(request.query.get("join_request", ""))
    except (NotBase64, gzip.BadGzipFile, DecodeError):
        return web.Response(status=400, text="join_request cannot be read")
    knock = Knock(
        single_peer=True,
        resumed_sid=asked.participant_sid if asked.reconnect else None,
        offer=asked.publisher_offer if asked.HasField("publisher_offer") else None,
    )
    return await _join(request, knock)


async def _join(request: web.Request, knock: Knock) -> web.StreamResponse:
    try:
        session, identity = _admit(request)
    except NotAdmitted as refusal:
        return refusal.response
    room = request.app[ROOMS].of(session)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, timeout=CLOSE_WITHIN_S)
    await socket.prepare(request)
    if knock.resumed_sid is None:
        await room.admit(identity, socket, knock.offer, single_peer=knock.single_peer)
    elif not await room.resume(knock.resumed_sid, socket):
        leave = rtc.LeaveRequest(
            reason=models.DisconnectReason.STATE_MISMATCH,
            action=rtc.LeaveRequest.Action.RECONNECT,
        )
        await socket.send_bytes(rtc.SignalResponse(leave=leave).SerializeToString())
    await socket.close()
    return socket


def _admit(request: web.Request) -> tuple[Session, str]:
    cloud = request.app[CLOUD]
    # Browsers put the token in the query, native clients in the header.
    _, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = request.query.get("access_token", bearer)
    try:
        room, identity = tokens.room_and_identity(token, cloud.clock.now())
    except tokens.BadToken as error:
        raise NotAdmitted(401, f"invalid token: {error}") from error
    if room not in cloud.active:
        raise NotAdmitted(404, "requested room does not exist")
    return cloud.active[room], identity


def _join_request(text: str) -> rtc.JoinRequest:
    wrapped = rtc.WrappedJoinRequest.FromString(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    packed = wrapped.join_request
    if wrapped.compression == rtc.WrappedJoinRequest.Compression.GZIP:
        packed = gzip.decompress(packed)
    return rtc.JoinRequest.FromString(packed)
