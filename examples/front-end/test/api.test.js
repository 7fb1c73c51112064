import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Api, ApiError } from '../src/api.js';
import { DeviceList } from '../src/deviceList.js';
import { startMock } from '../support/otakit.js';

const WEEK = 7 * 24 * 3600;

describe('the API client', { concurrency: true }, () => {
  let mock;
  before(async () => (mock = await startMock()));
  after(() => mock?.stop());

  /** A universe that is gone when the test ends, and a client that is logged in there. */
  async function begin(t, { scenario, ...options } = {}) {
    const universe = await mock.universe({ scenario });
    t.after(universe.remove);
    const api = new Api(universe.url, options);
    await api.logIn(universe.email, universe.password);
    return { universe, api };
  }

  test('lists all devices, however many pages they fill', async t => {
    const { universe, api } = await begin(t, { scenario: 'small-fleet' });
    const devices = await api.devices('accepted', 3);
    assert.equal(new Set(devices.map(device => device.id)).size, 8);
    const asked = { match: { operation: 'listDevices' }, times: { exactly: 3 } };
    const { verified, message } = await universe.verify(asked);
    assert.ok(verified, message);
  });

  test('tells why a login failed', async t => {
    const { universe, api } = await begin(t);
    await assert.rejects(api.logIn(universe.email, 'wrong-password'), error => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.status, 401);
      assert.notEqual(error.message, '');
      assert.ok(error.requestId);
      return true;
    });
  });

  test('lets a pending device in', async t => {
    const { api } = await begin(t, { scenario: 'small-fleet' });
    const [device, ...others] = await api.devices('pending');
    await api.accept(device);
    assert.equal((await api.devices('pending')).length, others.length);
    assert.ok((await api.devices('accepted')).some(({ id }) => id === device.id));
  });

  test('deploys to the devices that were chosen', async t => {
    const { universe, api } = await begin(t, { scenario: 'small-fleet' });
    const chosen = (await api.devices('accepted')).slice(0, 2);
    const id = await api.deploy('two of them', 'app-1.1', chosen);
    const { name, artifact_name, status } = await api.deployment(id);
    assert.deepEqual(
      { name, artifact_name, status },
      { name: 'two of them', artifact_name: 'app-1.1', status: 'pending' },
    );
    const body = { devices: chosen.map(device => device.id) };
    const sent = { match: { operation: 'createDeployment', body }, times: { exactly: 1 } };
    const { verified, message } = await universe.verify(sent);
    assert.ok(verified, message);
  });

  test('waits as long as a busy server asks for, and asks again', async t => {
    const waits = [];
    const sleep = async seconds => void waits.push(seconds);
    const { universe, api } = await begin(t, { sleep });
    await universe.fault({
      on: { operations: ['listDevices'] },
      when: { times: 1 },
      do: { action: 'status', status: 429, retry_after: 7 },
    });
    assert.deepEqual(await api.devices('accepted'), []);
    assert.deepEqual(waits, [7]);
  });

  test('sends the user to the login when the session is over', async t => {
    let signedOut = 0;
    const { universe, api } = await begin(t, { onSignedOut: () => (signedOut += 1) });
    await universe.advance(WEEK + 1);
    await assert.rejects(api.devices('accepted'), { status: 401 });
    assert.equal(signedOut, 1);
    await api.logIn(universe.email, universe.password);
    assert.deepEqual(await api.devices('accepted'), []);
  });

  test('keeps what the list showed while the server is down', async t => {
    const { universe, api } = await begin(t, { scenario: 'small-fleet' });
    const list = new DeviceList(api, 'accepted');
    let renders = 0;
    list.subscribe(() => (renders += 1));
    await list.refresh();
    await universe.fault({ do: { action: 'status', status: 500, message: 'out of order' } });
    await list.refresh();
    const { state, devices, problem } = list.getSnapshot();
    assert.deepEqual({ state, devices: devices.length, problem, renders }, {
      state: 'failed', devices: 8, problem: 'out of order', renders: 2,
    });
  });
});
