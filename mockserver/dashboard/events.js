// The universe's event stream, read with fetch so that a token can go along; it comes back by itself.
import { ask, of, send } from "./control.js";

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5000;
const ENDED = 0; // the server has closed the stream: it stops, or the universe was deleted
const SILENCE = 40_000; // the server says something every 15 seconds

/** Follow a universe until the returned function is called.
 *
 * `hear(kind, data)` gets the events, `changed(state)` "live", "lost" or "gone".
 */
export function follow(universe, hear, changed) {
  const stop = new AbortController();
  run(universe, hear, changed, stop.signal);
  return () => stop.abort();
}

async function run(universe, hear, changed, stopped) {
  let pause = FIRST_PAUSE;
  while (!stopped.aborted) {
    try {
      const answer = await listen(universe, stopped, hear, () => {
        pause = FIRST_PAUSE;
        changed("live");
      });
      if (answer === 404 || (answer === ENDED && await isGone(universe))) {
        changed("gone");
        return;
      }
    } catch {
      // The server is away; the pause below comes before the next attempt.
    }
    if (stopped.aborted) return;
    changed("lost");
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

async function isGone(universe) {
  const there = await ask("GET", "universes");
  return !there.some(({ id }) => id === universe);
}

async function listen(universe, stopped, hear, opened) {
  const silent = new AbortController();
  const give = () => silent.abort();
  stopped.addEventListener("abort", give);
  let timer = setTimeout(give, SILENCE);
  try {
    const answer = await send("GET", of(universe, "events"), { signal: silent.signal });
    if (!answer.ok) return answer.status;
    opened();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return ENDED;
      clearTimeout(timer);
      timer = setTimeout(give, SILENCE);
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) tell(block, hear);
    }
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener("abort", give);
  }
}

function tell(block, hear) {
  let kind = "";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (kind) hear(kind, JSON.parse(data));
}
