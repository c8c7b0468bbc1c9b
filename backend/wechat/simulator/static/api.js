/** Calls of the simulator's control API. Each answers the JSON, or throws an Error whose message may be shown. */

const WORDS = { 404: "没有这个用户或账号", 409: "微信现在不允许这样做" };

export async function get(path) {
  return read(await fetch(`/_sim/${path}`));
}

export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  return read(await fetch(`/_sim/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function read(response) {
  if (response.ok) return response.json();
  throw new Error(WORDS[response.status] ?? `模拟器出错（${response.status}）`);
}
