/** The chat with the official account on the phone of the chosen user. */

import { get, post } from "./api.js";
import { byId, chatTime, element, face, toast, toneOf } from "./dom.js";

const PAUSE_MS = 5 * 60 * 1000;

let user = null;
let account = null;
let lastId = 0;
let lastAt = 0;
let follows = null;
let asking = false;

export function startChat(officialAccount, onChange) {
  account = officialAccount;
  byId("account-name").textContent = account.name;
  byId("profile-name").textContent = account.name;
  byId("profile-seal").textContent = [...account.name][0];
  byId("profile-seal").classList.add("tone-shop");
  byId("follow").addEventListener("click", () => act("follow", {}, onChange));
  byId("unfollow").addEventListener("click", () => act("unfollow", {}, onChange));
  byId("follow-by-code").addEventListener("click", () => byId("ask").showModal());
  byId("scan").addEventListener("click", () => byId("ask").showModal());
  byId("ask").addEventListener("close", () => scanned(onChange));
  byId("say").addEventListener("submit", (event) => { event.preventDefault(); say(byId("text").value); });
  byId("text").addEventListener("input", () => { byId("send").disabled = !byId("text").value.trim(); });
  byId("words").addEventListener("click", (event) => { if (event.target.tagName === "BUTTON") say(event.target.textContent); });
  byId("more").addEventListener("click", () => { byId("sheet").hidden = false; });
  byId("sheet").addEventListener("click", () => { byId("sheet").hidden = true; });
}

export function showUser(next) {
  if (next?.id === user?.id) return;
  user = next;
  lastId = lastAt = 0;
  follows = null;
  byId("chat").replaceChildren();
  byId("lock").hidden = user !== null;
  show(null);
}

export async function refreshChat() {
  if (!user || asking) return;
  asking = true;
  const asked = user.id;
  try {
    const phone = await get(`users/${asked}/messages?after=${lastId}&appid=${account.appid}`);
    if (user?.id !== asked) return;
    show(phone.follows);
    append(phone.items);
  } finally {
    asking = false;
    if (user && user.id !== asked) refreshChat();
  }
}

function show(isFollowing) {
  if (isFollowing !== null && isFollowing === follows) return;
  follows = isFollowing;
  byId("profile").hidden = follows !== false;
  byId("chat").hidden = byId("composer").hidden = follows !== true;
  byId("more").disabled = follows !== true;
  if (follows) scrollDown();
}

function append(items) {
  if (!items.length) return;
  const chat = byId("chat");
  const isFirst = lastId === 0;
  chat.querySelectorAll(".pending").forEach((one) => one.remove());
  for (const item of items) {
    if (item.at - lastAt > PAUSE_MS) chat.append(element("li", { className: "when", text: chatTime(item.at) }));
    chat.append(draw(item, isFirst));
    lastId = item.id;
    lastAt = item.at;
  }
  scrollDown();
}

function draw(item, isOld) {
  if (item.kind === "template") return element("li", {}, card(item, isOld));
  if (item.kind === "notice") return element("li", { className: "notice", text: item.text });
  return bubble(item.text, item.sender === "user");
}

function bubble(text, isMine) {
  const words = element("div", { className: "bubble" });
  if (isMine) words.textContent = text;
  else words.append(...linked(text));
  const from = isMine ? face(user.nickname, toneOf(user.id)) : face(account.name, "shop");
  return element("li", { className: isMine ? "said mine" : "said" }, from, words);
}

function card(item, isOld) {
  const rows = item.fields.map((row) =>
    element("div", {}, element("dt", { text: row.label }), element("dd", { text: row.value })));
  const parts = [
    element("div", { className: "sender" }, face(account.name, "shop"), element("span", { text: account.name })),
    element("h4", { text: item.title }),
    element("dl", {}, ...rows),
  ];
  const leads = item.mini_program || item.url;
  if (leads) {
    const mark = item.mini_program ? [element("i", { className: "mini" })] : [];
    parts.push(element("footer", {}, element("span", { text: "查看详情" }), ...mark));
  }
  const made = element(leads ? "button" : "div", { className: isOld ? "notice-card" : "notice-card arrives" }, ...parts);
  if (leads) made.addEventListener("click", () => open(item.mini_program?.pagepath, item.url));
  return made;
}

/** The text of a reply: WeChat makes links of its <a> and shows all else as it is written. */
function linked(text) {
  const parts = [];
  let rest = 0;
  for (const found of text.matchAll(/<a\b([^<>]*)>([^<]*)<\/a>/g)) {
    parts.push(text.slice(rest, found.index), anchor(found[1], found[2]));
    rest = found.index + found[0].length;
  }
  return [...parts, text.slice(rest)];
}

function anchor(attributes, words) {
  const given = Object.fromEntries([...attributes.matchAll(/([\w-]+)\s*=\s*["']([^"']*)["']/g)].map((one) => [one[1], one[2]]));
  const made = element("a", { text: words, href: "#" });
  made.addEventListener("click", (event) => {
    event.preventDefault();
    open(given["data-miniprogram-path"], given.href);
  });
  return made;
}

function open(page, url) {
  if (page) toast(`打开小程序页面 ${page}`);
  else if (/^https?:/.test(url ?? "")) window.open(url, "_blank", "noopener");
  else toast("没有可打开的页面");
}

async function say(text) {
  if (!text.trim() || !user) return;
  byId("text").value = "";
  byId("send").disabled = true;
  const waiting = bubble(text, true);
  waiting.classList.add("pending");
  byId("chat").append(waiting);
  scrollDown();
  try {
    await post(`users/${user.id}/say`, { text, appid: account.appid });
  } catch (error) {
    waiting.remove();
    toast(error.message);
  }
  await refreshChat();
}

async function act(what, given, onChange) {
  const button = byId(what === "unfollow" ? "unfollow" : "follow");
  button.disabled = true;
  try {
    await post(`users/${user.id}/${what}`, { ...given, appid: account.appid });
  } catch (error) {
    toast(error.message);
  } finally {
    button.disabled = false;
  }
  await refreshChat();
  await onChange();
}

function scanned(onChange) {
  const scene = byId("scene").value.trim();
  if (byId("ask").returnValue === "scan" && scene && user) act("scan", { scene }, onChange);
  byId("ask").returnValue = "";
}

function scrollDown() {
  const chat = byId("chat");
  chat.scrollTop = chat.scrollHeight;
}
