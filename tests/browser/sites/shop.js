// A front end as its developers write one: it knows the server's URL, logs in, reads, writes.

/** Sends a request; answers what a page gets to see of the answer. */
async function call(url, options = {}) {
  const answer = await fetch(url, { credentials: "include", ...options });
  const text = await answer.text();
  const named = ["Link", "Location", "X-Total-Count", "X-MEN-RequestID", "ETag"];
  const headers = Object.fromEntries(named.map((name) => [name, answer.headers.get(name)]));
  return { status: answer.status, text, headers };
}

/** Logs in and returns a function that calls the management APIs with the token. */
async function login(server, email, password) {
  const basic = { Authorization: `Basic ${btoa(`${email}:${password}`)}` };
  const url = `${server}/api/management/v1/useradm/auth/login`;
  const { status, text } = await call(url, { method: "POST", headers: basic });
  if (status !== 200) throw new Error(`no login: ${status} ${text}`);
  return (method, path, body) => call(`${server}/api/management/${path}`, {
    method,
    headers: { Authorization: `Bearer ${text}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

Object.assign(globalThis, { call, login });
