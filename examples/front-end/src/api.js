// The API client of a React front end: plain fetch, one class, no dependency.

/** What the server said no to: its status and message, and the request's id for its operators. */
export class ApiError extends Error {
  constructor(status, message, requestId) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.requestId = requestId;
  }
}

const pause = seconds => new Promise(done => setTimeout(done, seconds * 1000));

export class Api {
  #token = '';

  /**
   * @param url where the server is, without a slash at the end
   * @param onSignedOut called when the server does not take our token any more
   * @param sleep waits for so many seconds; tests wait less
   */
  constructor(url, { onSignedOut = () => {}, sleep = pause } = {}) {
    this.url = url;
    this.onSignedOut = onSignedOut;
    this.sleep = sleep;
  }

  async logIn(email, password) {
    const answer = await this.#send('POST', 'v1/useradm/auth/login', {
      headers: { Authorization: `Basic ${btoa(`${email}:${password}`)}` },
    });
    this.#token = await answer.text();
  }

  /** All devices that have this status, however many pages they fill. */
  async devices(status, perPage = 100) {
    const found = [];
    for (let page = 1; ; page += 1) {
      const query = new URLSearchParams({ status, page, per_page: perPage });
      const answer = await this.#send('GET', `v2/devauth/devices?${query}`);
      found.push(...(await answer.json()));
      if (!/rel="?next"?/.test(answer.headers.get('Link') ?? '')) return found;
    }
  }

  /** Let a device in with the key that it showed last. */
  async accept(device) {
    const set = device.auth_sets.at(-1);
    const path = `v2/devauth/devices/${device.id}/auth/${set.id}/status`;
    await this.#send('PUT', path, { json: { status: 'accepted' } });
  }

  /** Send an artifact to devices; returns the deployment's id. */
  async deploy(name, artifactName, devices) {
    const answer = await this.#send('POST', 'v1/deployments/deployments', {
      json: { name, artifact_name: artifactName, devices: devices.map(device => device.id) },
    });
    return answer.headers.get('Location').split('/').pop();
  }

  async deployment(id) {
    return (await this.#send('GET', `v1/deployments/deployments/${id}`)).json();
  }

  async #send(method, path, { json, headers = {} } = {}, mayRepeat = true) {
    const answer = await fetch(`${this.url}/api/management/${path}`, {
      method,
      headers: {
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
        ...(json && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: json && JSON.stringify(json),
    });
    if (answer.ok) return answer;
    if (answer.status === 429 && mayRepeat) {
      await this.sleep(Number(answer.headers.get('Retry-After') ?? 1));
      return this.#send(method, path, { json, headers }, false);
    }
    if (answer.status === 401 && this.#token) {
      this.#token = '';
      this.onSignedOut();
    }
    const { error = answer.statusText } = await answer.json().catch(() => ({}));
    throw new ApiError(answer.status, error, answer.headers.get('X-MEN-RequestID'));
  }
}
