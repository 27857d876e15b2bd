// The same rule as `sessions_app/colours.py`, for while somebody chooses; the server has the last word.
export const AA = 4.5;
const STEPS = 200;

type Rgb = [number, number, number];

/** `#rrggbb` for what people type: with or without `#`, three digits or six; null for the rest. */
export function parseColour(typed: string): string | null {
  const digits = typed.trim().toLowerCase().replace(/^#/, "");
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/.test(digits) ? `#${digits.replace(/./g, "$&$&")}` : null;
}

/** From 1, the same, to 21, black on white; both colours as `#rrggbb`. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The colour of the same hue, closest in lightness to `ground`, on which `text` can be read. */
export function nearestReadable(ground: string, text: string): string {
  const [hue, lightness, saturation] = toHls(rgbOf(ground));
  for (let step = 0; step <= STEPS; step++) {
    for (const moved of [lightness - step / STEPS, lightness + step / STEPS]) {
      if (moved < 0 || moved > 1) continue;
      const candidate = written(fromHls(hue, moved, saturation));
      if (contrast(candidate, text) >= AA) return candidate;
    }
  }
  throw new Error("either black or white can be read on under any colour");
}

function luminance(colour: string): number {
  const [red, green, blue] = rgbOf(colour).map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  ) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function rgbOf(colour: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255) as Rgb;
}

function toHls(rgb: Rgb): Rgb {
  const [most, least] = [Math.max(...rgb), Math.min(...rgb)];
  const [sum, range] = [most + least, most - least];
  if (range === 0) return [0, sum / 2, 0];
  const [red, green, blue] = rgb;
  let hue = 4 + (red - green) / range;
  if (red === most) hue = (green - blue) / range;
  else if (green === most) hue = 2 + (blue - red) / range;
  return [(((hue / 6) % 1) + 1) % 1, sum / 2, range / (sum <= 1 ? sum : 2 - sum)];
}

function fromHls(hue: number, lightness: number, saturation: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const place = (offset + hue * 12) % 12;
    return lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1));
  }) as Rgb;
}

function written(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part * 255).toString(16).padStart(2, "0")).join("")}`;
}
