/** Starts the page and keeps it up to date. */

import { get } from "./api.js";
import { byId, clockTime } from "./dom.js";
import { refreshJournal } from "./journal.js";
import { refreshMenu } from "./menu.js";
import { refreshPeople, startPeople } from "./people.js";
import { refreshPhone, showUser, startPhone } from "./phone.js";
import { showSession, startSession, tickSession } from "./session.js";
import { changeSubscriber, refreshSubscriptions, startSubscribe } from "./subscribe.js";

const EVERY_MS = 2000;

async function start() {
  const apps = (await get("apps")).items;
  const account = apps.find((app) => app.kind === "official-account") ?? { name: "公众号", appid: "" };
  const program = apps.find((app) => app.kind === "mini-program") ?? { name: "小程序", appid: "" };
  startPhone(account, program, refreshPeople);
  startSubscribe(program);
  startSession(apps);
  startPeople((user) => {
    showUser(user);
    showSession(user);
    changeSubscriber(user);
    refreshPhone();
    refreshSubscriptions();
  });
  byId("tabs").addEventListener("click", changeTab);
  setInterval(tick, 1000);
  tick();
  await refresh();
  setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}

async function refresh() {
  try {
    await Promise.all([refreshPeople(), refreshPhone(), refreshSubscriptions(), refreshMenu(), refreshJournal()]);
    report("up", "运行中");
  } catch {
    report("down", "模拟器没有回应");
  }
}

function report(state, words) {
  byId("pulse").className = `pulse ${state}`;
  byId("pulse").textContent = words;
}

function tick() {
  byId("clock").textContent = clockTime(Date.now());
  tickSession();
}

function changeTab(event) {
  const { tab } = event.target.dataset;
  if (!tab) return;
  document.body.dataset.tab = tab;
  for (const button of byId("tabs").children) button.setAttribute("aria-current", String(button.dataset.tab === tab));
  scrollTo(0, 0);
}

start().catch(() => report("down", "模拟器没有回应"));
