// The document in a widget's frame: what a visitor sees before, while and after they talk.
import { ServerClock } from "../room/clock.ts";
import { FrameApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { Gate } from "./gate.ts";
import { Host } from "./host.ts";
import { applyLook } from "./look.ts";
import { ResumeStore } from "./resume_store.ts";
import { speaker } from "./texts.ts";
import { findView } from "./view.ts";

const config = readConfig();
const view = findView();
const clock = new ServerClock();
clock.align(config.serverTime, performance.timeOrigin);
applyLook(view.root, config);

const solverUrl = view.root.dataset["solver"] ?? "";
const gate = new Gate(config, clock, async (challenge) => {
  const { solve } = await import("./work.ts");
  return solve(challenge, solverUrl);
});
const host = new Host(config, (type) => app.hear(type));
const app: FrameApp = new FrameApp({
  config,
  clock,
  say: speaker(config.texts),
  view,
  host,
  gate,
  resumes: new ResumeStore(() => window.sessionStorage),
});
app.run();
host.tell("ready");
