const FORMATS: Record<string, Intl.DateTimeFormatOptions> = {
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** Rewrites the server's UTC times, `<time data-local="moment">`, in the reader's own zone. */
export function showLocalTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    const at = new Date(time.dateTime);
    const words = at.toLocaleString("en-GB", FORMATS[time.dataset["local"] ?? "moment"]);
    if (time.dataset["local"] === "ago") time.title = at.toLocaleString("en-GB", FORMATS["moment"]);
    else time.textContent = words;
  }
}
