/** The parts of the room page that scripts touch; a missing one is an error of the template. */
export interface RoomElements {
  root: HTMLElement;
  video: HTMLVideoElement;
  chip: HTMLElement;
  steps: HTMLElement;
  notice: HTMLElement;
  quality: HTMLElement;
  elapsed: HTMLElement;
  remaining: HTMLElement;
  level: HTMLElement;
  mute: HTMLButtonElement;
  interrupt: HTMLButtonElement;
  captionsButton: HTMLButtonElement;
  end: HTMLButtonElement;
  endDialog: HTMLDialogElement;
  captionPartial: HTMLElement;
  captionFinal: HTMLElement;
  transcript: HTMLElement;
  transcriptEmpty: HTMLElement;
  microphones: HTMLSelectElement;
  speakers: HTMLSelectElement;
  help: HTMLElement;
  shortcuts: HTMLInputElement;
  again: HTMLFormElement;
  againKey: HTMLInputElement;
}

export function findElements(): RoomElements {
  const root = find("[data-room]");
  return {
    root,
    video: find("[data-part=video]"),
    chip: find("[data-part=chip]"),
    steps: find("[data-part=steps]"),
    notice: find("[data-part=notice]"),
    quality: find("[data-part=quality]"),
    elapsed: find("[data-part=elapsed]"),
    remaining: find("[data-part=remaining]"),
    level: find("[data-part=level]"),
    mute: find("[data-part=mute]"),
    interrupt: find("[data-part=interrupt]"),
    captionsButton: find("[data-part=captions]"),
    end: find("[data-part=end]"),
    endDialog: find("[data-part=end-dialog]"),
    captionPartial: find("[data-part=caption-partial]"),
    captionFinal: find("[data-part=caption-final]"),
    transcript: find("[data-part=transcript]"),
    transcriptEmpty: find("[data-part=transcript-empty]"),
    microphones: find("[data-part=microphones]"),
    speakers: find("[data-part=speakers]"),
    help: find("[data-part=help]"),
    shortcuts: find("[data-part=shortcuts]"),
    again: find("[data-part=again]"),
    againKey: find("[data-part=again-key]"),
  };
}

function find<Kind extends HTMLElement>(selector: string): Kind {
  const element = document.querySelector<Kind>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}
