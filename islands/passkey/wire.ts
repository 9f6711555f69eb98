/** Bytes of WebAuthn as the base64url that JSON can carry, both ways. */

export interface Options {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  excludeCredentials?: Described[];
  allowCredentials?: Described[];
  [more: string]: unknown;
}
interface Described {
  id: string;
  type: "public-key";
}

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

export function toText(bytes: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function toCreate(options: Options): CredentialCreationOptions {
  const { user, excludeCredentials = [] } = options;
  const given = { ...options, challenge: toBytes(options.challenge), user: { ...user, id: toBytes(user?.id ?? "") }, excludeCredentials: excludeCredentials.map(described) };
  return { publicKey: given as unknown as PublicKeyCredentialCreationOptions };
}

export function toGet(options: Options): CredentialRequestOptions {
  const given = { ...options, challenge: toBytes(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(described) };
  return { publicKey: given as unknown as PublicKeyCredentialRequestOptions };
}

/** What a device answered, as the server reads it. */
export function outgoing(credential: PublicKeyCredential): Record<string, unknown> {
  const given = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const parts: [string, ArrayBuffer | null | undefined][] = [
    ["clientDataJSON", given.clientDataJSON],
    ["attestationObject", given.attestationObject],
    ["authenticatorData", given.authenticatorData],
    ["signature", given.signature],
    ["userHandle", given.userHandle],
  ];
  // Either what registers or what signs in: the other one's parts are not there, and one that registers carries both.
  const wanted = given.attestationObject ? parts.slice(0, 2) : parts;
  const response = Object.fromEntries(wanted.flatMap(([name, bytes]) => (bytes ? [[name, toText(bytes)]] : [])));
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

function described({ id, type }: Described): PublicKeyCredentialDescriptor {
  return { id: toBytes(id), type };
}
