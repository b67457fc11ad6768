// The official JavaScript SDK, unmodified, against a real server. SONANT_URL and SONANT_KEY say which.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ElevenLabsClient, ElevenLabsError } from "@elevenlabs/elevenlabs-js";
import WebSocket from "ws";

const VOICE = "JBFqnCBsd6RMkjVDRZzb";
const OTHER_VOICE = "21m00Tcm4TlvDq8ikWAM";
const TEXT = "The birch canoe slid on the smooth planks. It cost $42.50 in 1984.";
const baseUrl = process.env.SONANT_URL;
const apiKey = process.env.SONANT_KEY;
const client = new ElevenLabsClient({ baseUrl, apiKey });

async function heard(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

test("convert speaks, and says what history item it became", async () => {
  const { data, rawResponse } = await client.textToSpeech
    .convert(VOICE, { text: TEXT, outputFormat: "pcm_16000" })
    .withRawResponse();
  const seconds = (await heard(data)).length / 2 / 16000;

  assert.ok(seconds > 4 && seconds < 12, `${seconds} s`);
  const item = await client.history.get(rawResponse.headers.get("history-item-id"));
  assert.equal(item.text, TEXT);
});

test("stream says the same as convert", async () => {
  const asked = { text: TEXT, outputFormat: "pcm_16000" };
  const [whole, streamed] = [
    await heard(await client.textToSpeech.convert(VOICE, asked)),
    await heard(await client.textToSpeech.stream(VOICE, asked)),
  ];

  assert.deepEqual(streamed, whole);
});

test("character times join to the text, whole and streamed", async () => {
  const whole = await client.textToSpeech.convertWithTimestamps(VOICE, { text: TEXT });
  assert.equal(whole.alignment.characters.join(""), TEXT);

  const characters = [];
  for await (const chunk of await client.textToSpeech.streamWithTimestamps(VOICE, { text: TEXT })) {
    characters.push(...(chunk.alignment?.characters ?? []));
  }
  assert.equal(characters.join(""), TEXT);
});

test("a dialogue has its voices in turn", async () => {
  const inputs = [
    { text: "How are you?", voiceId: VOICE },
    { text: "Very well.", voiceId: OTHER_VOICE },
  ];
  const answer = await client.textToDialogue.convertWithTimestamps({ inputs });

  assert.deepEqual(
    answer.voiceSegments.map((segment) => segment.voiceId),
    [VOICE, OTHER_VOICE],
  );
  assert.ok((await heard(await client.textToDialogue.stream({ inputs }))).length > 1000);
});

test("voices, settings, models, history, dictionaries and the user can be read", async () => {
  const page = await client.voices.search({ pageSize: 3 });
  assert.equal(page.voices.length, 3);
  assert.ok(page.hasMore && page.totalCount >= 20);
  assert.equal((await client.voices.get(VOICE)).voiceId, VOICE);
  assert.equal((await client.voices.settings.getDefault()).stability, 0.5);
  await client.voices.settings.update(OTHER_VOICE, { stability: 0.4 });
  assert.equal((await client.voices.settings.get(OTHER_VOICE)).stability, 0.4);
  assert.ok((await client.models.list()).some((model) => model.modelId === "eleven_multilingual_v2"));
  const history = await client.history.list({ pageSize: 2 });
  assert.ok((await heard(await client.history.getAudio(history.history[0].historyItemId))).length > 1000);
  const made = await client.pronunciationDictionaries.createFromRules({
    name: "JS",
    rules: [{ type: "alias", stringToReplace: "UN", alias: "United Nations" }],
  });
  assert.equal((await client.pronunciationDictionaries.get(made.id)).rules.length, 1);
  assert.ok((await client.user.subscription.get()).characterLimit > 0);
  assert.ok((await client.user.get()).userId);
});

test("errors say what is wrong, and have an id", async () => {
  await assert.rejects(client.textToSpeech.convert("nobodynobodynobody00", { text: "Hello." }), (error) => {
    assert.ok(error instanceof ElevenLabsError);
    assert.equal(error.statusCode, 404);
    assert.equal(error.body.detail.status, "voice_not_found");
    assert.ok(error.rawResponse.headers.get("x-request-id"));
    return true;
  });
});

test("the socket speaks what is typed", async () => {
  const { token } = await client.tokens.singleUse.create("tts_websocket");
  const url = `${baseUrl.replace("http", "ws")}/v1/text-to-speech/${VOICE}/stream-input`;
  const socket = new WebSocket(`${url}?output_format=pcm_16000&single_use_token=${token}`);
  const messages = [];
  socket.on("message", (frame) => messages.push(JSON.parse(frame)));
  await new Promise((resolve) => socket.on("open", resolve));
  for (const text of [" ", "The birch canoe ", "slid on the planks. ", ""]) socket.send(JSON.stringify({ text }));
  const code = await new Promise((resolve) => socket.on("close", resolve));

  assert.equal(code, 1000);
  assert.equal(messages.at(-1).isFinal, true);
  const seconds = messages.reduce((sum, { audio }) => sum + Buffer.from(audio ?? "", "base64").length, 0) / 2 / 16000;
  assert.ok(seconds > 1 && seconds < 6, `${seconds} s`);
});
