// What a list of devices shows, as React's useSyncExternalStore wants it: without React, so that it
// is tested without a browser.

export class DeviceList {
  #listeners = new Set();
  #shown = { state: 'loading', devices: [], problem: '' };

  constructor(api, status) {
    this.api = api;
    this.status = status;
  }

  subscribe = listener => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = () => this.#shown;

  /** Ask the server anew; what was shown before stays if it does not answer. */
  refresh = async () => {
    try {
      this.#show({ state: 'ready', devices: await this.api.devices(this.status), problem: '' });
    } catch (error) {
      this.#show({ ...this.#shown, state: 'failed', problem: error.message });
    }
  };

  #show(next) {
    this.#shown = next;
    this.#listeners.forEach(listener => listener());
  }
}
