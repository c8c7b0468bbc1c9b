/** Shows the next rotating code before the one on the screen is over, and says so when that cannot be done. */

const EARLY_S = 10;
const AGAIN_S = 5;

const box = document.getElementById("code");
const part = (id) => document.getElementById(id);

let over = Date.now() + Number(box.dataset.seconds) * 1000;
let asking = false;
let next;

async function renew() {
  if (asking) return;
  asking = true;
  clearTimeout(next);
  box.classList.add("waiting");
  try {
    const answer = await fetch(box.dataset.source, { cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
  } catch {
    part("fresh").textContent = Date.now() < over ? "网络不给力，正在重试" : "网络不给力，请点击刷新";
    box.classList.toggle("over", Date.now() >= over);
    next = setTimeout(renew, AGAIN_S * 1000);
  } finally {
    asking = false;
    box.classList.remove("waiting");
  }
}

function show(code) {
  if (!code.digits) return location.reload();
  part("digits").textContent = code.digits.match(/.{1,4}/g).join(" ");
  part("bars").src = code.bars;
  part("qr").src = code.qr;
  part("fresh").textContent = "已更新，每分钟自动更新";
  box.classList.remove("over");
  plan(code.seconds);
}

function plan(seconds) {
  over = Date.now() + seconds * 1000;
  clearTimeout(next);
  next = setTimeout(() => { if (!document.hidden) renew(); }, Math.max(seconds - EARLY_S, 1) * 1000);
}

/** A page that comes back to the front may have missed its time. */
function look() {
  if (!document.hidden && Date.now() > over - EARLY_S * 1000) renew();
}

part("renew").addEventListener("click", renew);
document.addEventListener("visibilitychange", look);
window.addEventListener("pageshow", look);
plan(Number(box.dataset.seconds));
