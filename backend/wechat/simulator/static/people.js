/** The list of WeChat users, and the form that makes one. */

import { get, post } from "./api.js";
import { byId, element, face, openTab, toast, toneOf } from "./dom.js";

const SURNAMES = [..."王李张刘陈杨黄赵周吴徐孙朱林何郭"];
const GIVEN = ["雨桐", "思远", "佳怡", "子涵", "梦琪", "浩然", "晓雯", "嘉懿", "若曦", "建国", "秀英", "一诺", "欣妍", "俊杰"];
const SEARCH_FROM = 8;

let users = [];
let chosen = null;
let drawn = "";
let tell = () => {};

export function startPeople(onChosen) {
  tell = onChosen;
  byId("newcomer").addEventListener("submit", create);
  byId("another").addEventListener("click", suggest);
  byId("search").addEventListener("input", draw);
  window.addEventListener("hashchange", () => choose(fromHash()));
  suggest();
  chosen = fromHash();
}

export async function refreshPeople() {
  const { items } = await get("users");
  const state = JSON.stringify(items);
  if (state === drawn) return;
  drawn = state;
  users = items;
  if (!users.some((user) => user.id === chosen)) chosen = users[0]?.id ?? null;
  draw();
  tell(users.find((user) => user.id === chosen) ?? null);
}

async function create(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  try {
    const user = await post("users", { nickname: form.get("nickname").trim(), phone: form.get("phone") });
    await refreshPeople();
    choose(user.id);
    suggest();
  } catch (error) {
    toast(error.message);
  }
}

function choose(userId) {
  if (userId === null || !users.some((user) => user.id === userId)) return;
  chosen = userId;
  history.replaceState(null, "", `#user=${userId}`);
  draw();
  tell(users.find((user) => user.id === userId));
  if (document.body.dataset.tab === "people") openTab("phone");
}

function draw() {
  const wanted = byId("search").value.trim();
  const shown = users.filter((user) => user.nickname.includes(wanted) || user.phone.includes(wanted));
  byId("search").hidden = users.length < SEARCH_FROM;
  byId("nobody").hidden = users.length > 0;
  byId("people-count").textContent = users.length ? `${users.length} 位` : "";
  byId("people").replaceChildren(...shown.map((user) => element("li", {}, row(user))));
}

function row(user) {
  const badge = element("span", { className: user.follows ? "badge on" : "badge", text: user.follows ? "已关注" : "未关注" });
  const name = element("div", {}, element("b", { text: user.nickname }), element("small", { text: user.phone }));
  const button = element("button", { className: "person", type: "button" }, face(user.nickname, toneOf(user.id)), name, badge);
  button.setAttribute("aria-current", String(user.id === chosen));
  button.addEventListener("click", () => choose(user.id));
  return button;
}

function suggest() {
  const pick = (list) => list[Math.floor(Math.random() * list.length)];
  const form = byId("newcomer");
  form.nickname.value = pick(SURNAMES) + pick(GIVEN);
  form.phone.value = `1${pick(["38", "39", "58", "86", "77"])}${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;
}

function fromHash() {
  const found = /^#user=(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}
