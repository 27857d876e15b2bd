/** The parts of the frame's document that scripts touch; a missing one is an error of the template. */
export interface FrameView {
  root: HTMLElement;
  welcome: HTMLElement;
  start: HTMLButtonElement;
  stage: HTMLElement;
  video: HTMLVideoElement;
  chip: HTMLElement;
  step: HTMLElement;
  elapsed: HTMLElement;
  remaining: HTMLElement;
  notice: HTMLElement;
  captionPartial: HTMLElement;
  captionFinal: HTMLElement;
  level: HTMLElement;
  controls: HTMLElement;
  mute: HTMLButtonElement;
  talk: HTMLButtonElement;
  captionsButton: HTMLButtonElement;
  interrupt: HTMLButtonElement;
  fullScreen: HTMLButtonElement;
  settings: HTMLElement;
  microphones: HTMLSelectElement;
  speakers: HTMLSelectElement;
  volume: HTMLInputElement;
  end: HTMLButtonElement;
  minimise: HTMLButtonElement;
  over: HTMLElement;
  overWords: HTMLElement;
  overLasted: HTMLElement;
  again: HTMLButtonElement;
  feedback: HTMLFormElement;
  feedbackThanks: HTMLElement;
  download: HTMLButtonElement;
}

/** Which of its faces the frame shows. */
export type Face = "welcome" | "room" | "over";

export function findView(): FrameView {
  return {
    root: part("frame"),
    welcome: part("welcome"),
    start: part("start"),
    stage: part("stage"),
    video: part("video"),
    chip: part("chip"),
    step: part("step"),
    elapsed: part("elapsed"),
    remaining: part("remaining"),
    notice: part("notice"),
    captionPartial: part("caption-partial"),
    captionFinal: part("caption-final"),
    level: part("level"),
    controls: part("controls"),
    mute: part("mute"),
    talk: part("talk"),
    captionsButton: part("captions"),
    interrupt: part("interrupt"),
    fullScreen: part("full-screen"),
    settings: part("settings"),
    microphones: part("microphones"),
    speakers: part("speakers"),
    volume: part("volume"),
    end: part("end"),
    minimise: part("minimise"),
    over: part("over"),
    overWords: part("over-words"),
    overLasted: part("over-lasted"),
    again: part("again"),
    feedback: part("feedback"),
    feedbackThanks: part("feedback-thanks"),
    download: part("download"),
  };
}

export function showFace(view: FrameView, face: Face): void {
  view.root.dataset["face"] = face;
  view.welcome.hidden = face !== "welcome";
  view.stage.hidden = face === "welcome";
  view.controls.hidden = face !== "room";
  view.over.hidden = face !== "over";
}

function part<Kind extends HTMLElement>(name: string): Kind {
  const element = document.querySelector<Kind>(`[data-part="${name}"]`);
  if (element === null) throw new Error(`the document has no part ${name}`);
  return element;
}
