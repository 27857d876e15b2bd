from accounts.models.audit_chain import AuditChain, AuditCheckpoint, AuditMark
from accounts.models.audit_event import AuditDoor, AuditEvent, AuditPersonalData
from accounts.models.due_work import Claim, DueWork, DueWorkQuerySet
from accounts.models.provider_key import ProviderKey
from accounts.models.user import User
from accounts.models.workspace import Membership, Workspace
from accounts.models.workspace_invitation import WorkspaceInvitation

__all__ = [
    "AuditChain",
    "AuditCheckpoint",
    "AuditDoor",
    "AuditEvent",
    "AuditMark",
    "AuditPersonalData",
    "Claim",
    "DueWork",
    "DueWorkQuerySet",
    "Membership",
    "ProviderKey",
    "User",
    "Workspace",
    "WorkspaceInvitation",
]
