import { useEffect, useSyncExternalStore } from 'react';

/** Shows a DeviceList; `list` is made once, outside of the component. */
export function Devices({ list }) {
  const { state, devices, problem } = useSyncExternalStore(list.subscribe, list.getSnapshot);
  useEffect(() => void list.refresh(), [list]);
  if (state === 'loading') return <p>Asking for devices…</p>;
  return (
    <>
      {problem && <p role="alert">{problem}</p>}
      <ul>
        {devices.map(({ id, identity_data: { mac } }) => (
          <li key={id}>{mac}</li>
        ))}
      </ul>
    </>
  );
}
