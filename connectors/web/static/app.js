// Joins the connection, the store and the parts of the page.

import { announce, announceProgress } from "./announcer.js";
import { ChannelList } from "./channels.js";
import { Composer } from "./composer.js";
import { confirmCommand, prepareConfirm } from "./confirm.js";
import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { MessageLog } from "./messages.js";
import { Connection } from "./socket.js";
import { Store } from "./store.js";
import { showSuggestions } from "./suggestions.js";
import { ReadMarks } from "./unread.js";

const store = new Store();
const marks = new ReadMarks();
let current = location.hash || "#general";

const connection = new Connection({ onMessage: receive, onLost: lose });
const channels = new ChannelList(byId("channels"), open);
const log = new MessageLog(byId("log"), byId("jump"), { press, edit, sendAgain, remove, reachedEnd: drawChannels });
const composer = new Composer(
  { form: byId("composer-form"), box: byId("composer"), label: byId("composer-label"), note: byId("composer-note") },
  { onSend: say, ownSentences: () => store.ownSentences() },
);

const RECEIVERS = new Map([
  ["hello", greet],
  ["message", (event) => put(event.message)],
  ["typing", type],
  ["refused", refuse],
]);

function receive(event) {
  RECEIVERS.get(event.type)?.(event);
}

function greet(hello) {
  const isReturn = store.greeted;
  store.greet(hello);
  if (store.channel(current) === null) current = store.channels[0].name;
  for (const sentence of store.sentences("waiting")) deliver(sentence);
  byId("banner").textContent = "";
  if (isReturn) announce("Connected again");
  log.quietly(draw);
  channels.revealCurrent();
}

function put(message) {
  const unreadBefore = unreadOf(message.channel);
  const previous = store.put(message);
  if (message.author === "atlas") store.typing.delete(message.channel);
  announceProgress(previous, message);
  draw();
  const isFirstUnread = unreadBefore === 0 && unreadOf(message.channel) > 0;
  if (isFirstUnread && message.channel !== current) announce(`New message in ${message.channel}`);
}

function type({ channel, on }) {
  if (on) store.typing.add(channel);
  else store.typing.delete(channel);
  drawTyping();
}

function refuse({ client_id: clientId, reason = "Atlas did not take it" }) {
  if (!store.setDelivery(clientId, "refused", reason)) composer.complain(reason);
  announce(`Not sent: ${reason}`);
  draw();
}

function lose() {
  store.loseConnection();
  byId("banner").textContent = "Connection lost, trying again…";
  draw();
}

function say(text, channel = current) {
  deliver(store.addSentence(channel, text));
  draw();
  if (channel === current) log.toEnd();
}

function deliver({ client_id: clientId, channel, text }) {
  const isSent = store.connected && connection.send({ type: "say", channel, text, client_id: clientId });
  store.setDelivery(clientId, isSent ? "sent" : "waiting");
}

function sendAgain(sentence) {
  deliver(sentence);
  draw();
  byId("composer").focus();
}

function remove(sentence) {
  store.forgetSentence(sentence.id);
  draw();
  byId("composer").focus();
}

function edit(sentence) {
  remove(sentence);
  composer.edit(sentence.text);
}

async function press(button, channel) {
  const isMeant = !button.confirm || (await confirmCommand(button, channel));
  if (isMeant) say(button.command, channel);
  // The card may have been drawn anew behind the dialog, which then has no button to give the focus back to.
  if (document.activeElement === document.body) byId("composer").focus();
}

function open(name) {
  current = name;
  history.replaceState(null, "", name);
  log.quietly(draw);
  channels.revealCurrent();
}

function draw() {
  const channel = store.channel(current) ?? { name: current, purpose: "" };
  byId("channel-title").textContent = channel.name;
  byId("channel-purpose").textContent = channel.purpose ?? "";
  composer.open(channel.name);
  log.show(channel, store.itemsOf(current), store.greeted);
  showSuggestions(byId("suggestions"), store.suggestions, (text) => say(text));
  byId("you").textContent = [store.you.name, store.you.role].filter(Boolean).join(" · ");
  drawTyping();
  drawChannels();
}

function drawChannels() {
  // A message counts as read only when it can have been seen.
  if (store.greeted && log.isAtEnd && !document.hidden) marks.markRead(current, store.itemsOf(current));
  channels.show(store.channels, current, unreadOf);
  const total = store.channels.reduce((sum, channel) => sum + unreadOf(channel.name), 0);
  document.title = `${total > 0 ? `(${total}) ` : ""}${current} · Atlas`;
}

function drawTyping() {
  byId("typing").textContent = store.typing.has(current) ? "Atlas is typing…" : "";
}

function unreadOf(name) {
  return marks.count(name, store.itemsOf(name));
}

function start() {
  byId("send").append(icon("send"));
  byId("jump").prepend(icon("down"));
  prepareConfirm();
  document.addEventListener("visibilitychange", drawChannels);
  addEventListener("hashchange", () => store.channel(location.hash) && open(location.hash));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("composer").focus();
  });
  draw();
  connection.open();
  if (matchMedia("(pointer: fine)").matches) byId("composer").focus();
}

start();
