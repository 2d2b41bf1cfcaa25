// A Matrix client for the tests: matrix-js-sdk with its Rust crypto, as today's Element has it. One process is one device.
//
// Reads commands on standard input and answers on standard output, one JSON object a line:
//     {"id": 1, "do": "join", "room": "!a:b"}  ->  {"id": 1, "ok": true, "result": ...} or {"id": 1, "ok": false, "error": "..."}
// Whatever it hears in a room follows unasked: {"event": "heard", ...}; again, when it could be read only later.
// {"event": "keys"} says that it has learned something about somebody's devices or identity.
// A timeline that the server cut short (more than 100 events in one answer) is not walked back.
// Standard error is for logs. The end of standard input (its parent is gone) ends it.

import { Console } from "node:console";
import { enableCompileCache } from "node:module";
import { createInterface } from "node:readline";

globalThis.console = new Console(process.stderr, process.stderr); // standard output is for the answers alone
console.log = console.info = console.debug = console.trace = () => {}; // the logs that remain are worth reading
enableCompileCache?.(process.env.AG4_COMPILE_CACHE);

const sdk = await import("matrix-js-sdk");
const { CryptoEvent, EventShieldColour, EventShieldReason, OnlySignedDevicesIsolationMode, decodeRecoveryKey } =
    await import("matrix-js-sdk/lib/crypto-api/index.js");
const attachments = await import("./attachments.mjs");

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const ENCRYPTION = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };

let client; // set by start
let password;
let secretStorageKey; // the 32 bytes behind a recovery key
const cryptoCallbacks = {
    getSecretStorageKey: async ({ keys }) => (secretStorageKey ? [Object.keys(keys)[0], secretStorageKey] : null),
    cacheSecretStorageKey: (_id, _info, key) => {
        secretStorageKey = key;
    },
};

// Hearing. Events are told in the order of the timeline, each when its decryption has succeeded or failed.

let telling = Promise.resolve();
const failures = new Set(); // event IDs that were told as unreadable

function tell(event) {
    telling = telling.then(() => tellNow(event)).catch((error) => console.error("tell", event.getId(), error));
}

async function tellNow(event) {
    await client.decryptEventIfNeeded(event);
    const failure = event.isDecryptionFailure() ? (event.decryptionFailureReason ?? "UNKNOWN_ERROR") : null;
    if (failure) failures.add(event.getId());
    else failures.delete(event.getId());
    const raw = failure ? event.event : event.getEffectiveEvent();
    const shield = event.isEncrypted() && !failure ? await client.getCrypto().getEncryptionInfoForEvent(event) : null;
    say({
        event: "heard",
        room: event.getRoomId(),
        event_id: event.getId() ?? "", // an invitation comes without
        sender: event.getSender(),
        type: raw.type,
        content: failure ? event.getWireContent() : event.getOriginalContent(),
        raw,
        encrypted: event.isEncrypted(),
        failure,
        shield: shield ? EventShieldColour[shield.shieldColour] : null,
        shield_reason: shield?.shieldReason == null ? null : EventShieldReason[shield.shieldReason],
    });
}

function listen() {
    client.on(sdk.RoomEvent.Timeline, (event, room, toStart, removed) => {
        if (!toStart && !removed) tell(event);
    });
    client.on(sdk.MatrixEventEvent.Decrypted, (event) => {
        if (failures.has(event.getId()) && !event.isDecryptionFailure()) tell(event);
    });
    client.on(sdk.RoomEvent.MyMembership, (room, membership) => {
        if (membership === "invite") tell(room.currentState.getStateEvents("m.room.member", client.getUserId()));
    });
    for (const news of [CryptoEvent.DevicesUpdated, CryptoEvent.UserTrustStatusChanged]) {
        client.on(news, () => say({ event: "keys" }));
    }
}

// Waiting for what the next answers of the server bring

async function until(holds) {
    while (!(await holds())) await new Promise((resume) => client.once(sdk.ClientEvent.Sync, resume));
}

/** Until the client has the room, and knows that it is encrypted: before that it would send in clear. */
async function untilInside(roomId, encrypted = false) {
    await until(async () => {
        const room = client.getRoom(roomId);
        if (room?.getMyMembership() !== "join") return false;
        const known = await client.getCrypto().isEncryptionEnabledInRoom(roomId);
        return known || !(encrypted || room.hasEncryptionStateEvent());
    });
}

async function untilOwnKeysArePublished() {
    const [me, device] = [client.getUserId(), client.getDeviceId()];
    for (;;) {
        const { device_keys: keys } = await client.downloadKeysForUsers([me]);
        if (keys?.[me]?.[device]) return;
        await new Promise((resume) => setTimeout(resume, 50));
    }
}

async function withPassword(makeRequest) {
    try {
        return await makeRequest(null); // a first identity needs none (MSC3967)
    } catch (error) {
        if (error.httpStatus !== 401 || !error.data?.session) throw error;
        const identifier = { type: "m.id.user", user: client.getUserId() };
        return makeRequest({ type: "m.login.password", identifier, password, session: error.data.session });
    }
}

async function signedBy(user, device) {
    const status = await client.getCrypto().getDeviceVerificationStatus(user, device.deviceId);
    return {
        device_id: device.deviceId,
        name: device.displayName ?? "",
        ed25519: device.getFingerprint() ?? "",
        signed_by_owner: status?.signedByOwner ?? false,
        verified: status?.crossSigningVerified ?? false,
    };
}

async function fetchMedia(mxc) {
    const address = client.mxcUrlToHttp(mxc, undefined, undefined, undefined, false, true, true);
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${client.getAccessToken()}` } });
    if (!answer.ok) throw new Error(`${answer.status} for ${mxc}: ${await answer.text()}`);
    return Buffer.from(await answer.arrayBuffer());
}

const commands = {
    async start({ homeserver, user, password: secret, device_name: name }) {
        password = secret;
        const answer = await sdk.createClient({ baseUrl: homeserver }).loginRequest({
            type: "m.login.password",
            identifier: { type: "m.id.user", user },
            password,
            initial_device_display_name: name,
        });
        client = sdk.createClient({
            baseUrl: homeserver,
            userId: answer.user_id,
            deviceId: answer.device_id,
            accessToken: answer.access_token,
            cryptoCallbacks,
            disableVoip: true,
        });
        await client.initRustCrypto({ useIndexedDB: false });
        listen();
        await client.startClient({
            initialSyncLimit: 100,
            disablePresence: true,
            pendingEventOrdering: sdk.PendingEventOrdering.Detached, // an own message is heard once: from the server
        });
        await until(() => ["PREPARED", "SYNCING"].includes(client.getSyncState()));
        await untilOwnKeysArePublished();
        return { user_id: answer.user_id, device_id: answer.device_id, access_token: answer.access_token };
    },

    /** A new identity, or with a recovery key the one that is there; signs this device. */
    async bootstrap({ recovery_key: recoveryKey, reset }) {
        const crypto = client.getCrypto();
        if (recoveryKey) secretStorageKey = decodeRecoveryKey(recoveryKey);
        else if (!reset && (await crypto.userHasCrossSigningKeys(client.getUserId(), true))) {
            throw new Error("This user has an identity already: give its recovery key, or reset it on purpose.");
        }
        await crypto.bootstrapCrossSigning({
            authUploadDeviceSigningKeys: withPassword,
            setupNewCrossSigning: Boolean(reset),
        });
        if (!(await crypto.isCrossSigningReady())) throw new Error("Cross-signing is not ready after its bootstrap.");
    },

    /** The private keys of the identity go to account data, encrypted for the recovery key that is returned. */
    async store_secrets() {
        let recoveryKey;
        await client.getCrypto().bootstrapSecretStorage({
            setupNewSecretStorage: true,
            createSecretStorageKey: async () => {
                const key = await client.getCrypto().createRecoveryKeyFromPassphrase();
                recoveryKey = key.encodedPrivateKey;
                return key;
            },
        });
        return recoveryKey;
    },

    /** "Exclude insecure devices" of today's clients (MSC4153). */
    async exclude_insecure() {
        client.getCrypto().setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
    },

    async devices({ user }) {
        const map = await client.getCrypto().getUserDeviceInfo([user], true);
        return Promise.all([...(map.get(user)?.values() ?? [])].map((device) => signedBy(user, device)));
    },

    async identity({ user }) {
        const crypto = client.getCrypto();
        const status = await crypto.getUserVerificationStatus(user);
        return {
            exists: await crypto.userHasCrossSigningKeys(user, true),
            verified: status.isCrossSigningVerified(),
            changed: status.needsUserApproval,
        };
    },

    export_keys: () => client.getCrypto().exportRoomKeysAsJson(),
    import_keys: ({ keys }) => client.getCrypto().importRoomKeysAsJson(keys),

    async create_room({ options, encrypted }) {
        const state = encrypted ? [...(options.initial_state ?? []), ENCRYPTION] : options.initial_state;
        const { room_id: roomId } = await client.createRoom({ ...options, initial_state: state });
        await untilInside(roomId, encrypted);
        return roomId;
    },

    async join({ room }) {
        await client.joinRoom(room);
        await untilInside(room);
    },

    leave: ({ room }) => client.leave(room),
    invite: ({ room, user }) => client.invite(room, user),
    kick: ({ room, user, reason }) => client.kick(room, user, reason ?? undefined),
    members: async ({ room }) => Object.keys((await client.getJoinedRoomMembers(room)).joined),

    async send({ room, type, content }) {
        await untilInside(room);
        return (await client.sendEvent(room, type, content)).event_id;
    },

    async redact({ room, event_id: eventId, reason }) {
        await untilInside(room);
        return (await client.redactEvent(room, eventId, undefined, reason ? { reason } : {})).event_id;
    },

    async put_state({ room, type, content, state_key: key }) {
        return (await client.sendStateEvent(room, type, content, key)).event_id;
    },

    /** The content for an attachment: with `file` where the room is encrypted, with `url` where it is not. */
    async upload({ room, base64, mimetype }) {
        await untilInside(room);
        const plain = Buffer.from(base64, "base64");
        if (!(await client.getCrypto().isEncryptionEnabledInRoom(room))) {
            const { content_uri: url } = await client.uploadContent(plain, { type: mimetype, includeFilename: false });
            return { url };
        }
        const { encrypted, file } = await attachments.encrypt(plain);
        const options = { type: "application/octet-stream", includeFilename: false };
        const { content_uri: url } = await client.uploadContent(encrypted, options);
        return { file: { ...file, url } };
    },

    /** The bytes of the attachment of a message, decrypted where they are encrypted. */
    async download({ content }) {
        const bytes = await fetchMedia(content.file?.url ?? content.url);
        return (content.file ? await attachments.decrypt(bytes, content.file) : bytes).toString("base64");
    },

    rss: () => process.memoryUsage.rss(),
};

async function answer(line) {
    const { id, do: name, ...details } = JSON.parse(line);
    try {
        say({ id, ok: true, result: (await commands[name](details)) ?? null });
    } catch (error) {
        const code = error.errcode ? `${error.errcode}: ` : "";
        say({ id, ok: false, error: `${code}${error.data?.error ?? error.message ?? error}` });
        console.error(name, error);
    }
}

const input = createInterface({ input: process.stdin });
input.on("line", answer);
input.on("close", () => {
    client?.stopClient();
    process.exit(0);
});
