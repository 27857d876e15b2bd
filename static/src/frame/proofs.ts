// Proof of possession (RFC 9449, DPoP): each request is signed with a key that never leaves this page.

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

export interface PublicKey {
  kty: string;
  crv: string;
  x: string;
  y: string;
}

export class Holder {
  private constructor(
    private readonly key: CryptoKey,
    readonly publicKey: PublicKey,
    private readonly now: () => number,
  ) {}

  /** A fresh key pair; `now` is the server's time in milliseconds. */
  static async make(now: () => number): Promise<Holder> {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ["sign"]);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
    return new Holder(privateKey, { kty, crv, x, y } as PublicKey, now);
  }

  /** A proof for one request, good once and for two minutes. */
  async prove(method: string, url: string, ticket: string | null): Promise<string> {
    const header = { typ: "dpop+jwt", alg: "ES256", jwk: this.publicKey };
    const claims = {
      jti: crypto.randomUUID(),
      htm: method,
      htu: new URL(url, globalThis.location?.href).href,
      iat: Math.floor(this.now() / 1000),
      ...(ticket === null ? {} : { ath: await digest(ticket) }),
    };
    const signed = `${encodeText(JSON.stringify(header))}.${encodeText(JSON.stringify(claims))}`;
    const bytes = new TextEncoder().encode(signed);
    const signature = await crypto.subtle.sign(SIGNATURE, this.key, bytes);
    return `${signed}.${encode(new Uint8Array(signature))}`;
  }
}

export async function digest(text: string): Promise<string> {
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function encodeText(text: string): string {
  return encode(new TextEncoder().encode(text));
}

function encode(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
