// Encrypted attachments: AES-256-CTR with a SHA-256 of the ciphertext, as EncryptedFile of the Matrix specification
// (client-server API, "Sending encrypted attachments") describes them. By WebCrypto: no code shared with the bot.

const unpadded = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
const sha256 = async (bytes) => unpadded(await crypto.subtle.digest("SHA-256", bytes));

/** Returns the ciphertext, and the EncryptedFile without its url. */
export async function encrypt(plain) {
    const iv = new Uint8Array(16); // the last 8 bytes are the counter, and start at 0
    crypto.getRandomValues(iv.subarray(0, 8));
    const key = await crypto.subtle.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt", "decrypt"]);
    const encrypted = await crypto.subtle.encrypt({ name: "AES-CTR", counter: iv, length: 64 }, key, plain);
    const { alg, ext, k, kty } = await crypto.subtle.exportKey("jwk", key);
    const hashes = { sha256: await sha256(encrypted) };
    const jwk = { alg, ext, k, kty, key_ops: ["encrypt", "decrypt"] };
    return { encrypted: Buffer.from(encrypted), file: { v: "v2", key: jwk, iv: unpadded(iv), hashes } };
}

/** Returns the plain bytes. Throws when the file is not what a client of today accepts, or was changed on its way. */
export async function decrypt(encrypted, file) {
    if (file.v !== "v2") throw new Error(`EncryptedFile has v ${JSON.stringify(file.v)}, not "v2"`);
    for (const text of [file.key.k, file.iv, file.hashes.sha256]) {
        if (text.includes("=")) throw new Error("EncryptedFile holds padded base64");
    }
    const found = await sha256(encrypted);
    if (found !== file.hashes.sha256) throw new Error(`sha256 is ${found}, and should be ${file.hashes.sha256}`);
    const key = await crypto.subtle.importKey("jwk", file.key, "AES-CTR", false, ["decrypt"]);
    const counter = Buffer.from(file.iv, "base64");
    return Buffer.from(await crypto.subtle.decrypt({ name: "AES-CTR", counter, length: 64 }, key, encrypted));
}
