// The same rule as `sessions_app/colours.py`, for while somebody chooses; the server has the last word.
export const LEAST = 4.5;
const FLARE = 0.05;

type Parts = [number, number, number];

/** `#rrggbb` for what people type: with or without `#`, three digits or six; null for the rest. */
export function parseColour(typed: string): string | null {
  const digits = typed.trim().toLowerCase().replace(/^#/, "");
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/.test(digits) ? `#${digits.replace(/./g, "$&$&")}` : null;
}

export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(linear(one)), luminance(linear(other))];
  return (Math.max(a, b) + FLARE) / (Math.min(a, b) + FLARE);
}

/** The colour itself if the text can be read on it, else the nearest shade or tint that does. */
export function nearest(colour: string, text: string): string {
  if (contrast(colour, text) >= LEAST) return colour;
  const rgb = linear(colour);
  const ink = luminance(linear(text));
  const light = luminance(rgb);
  const darkest = (ink + FLARE) / LEAST - FLARE;
  const lightest = (ink + FLARE) * LEAST - FLARE;
  const found: { step: number; colour: string }[] = [];
  if (darkest >= 0 && light > 0) {
    const share = Math.min(1, darkest / light);
    found.push({ step: stepOf(light, darkest), colour: written(rgb, (part) => share * part, Math.floor) });
  }
  if (lightest <= 1 && light < 1) {
    const share = Math.max(0, (lightest - light) / (1 - light));
    const tint = (part: number): number => part + share * (1 - part);
    found.push({ step: stepOf(light, lightest), colour: written(rgb, tint, Math.ceil) });
  }
  return found.reduce((best, each) => (each.step < best.step ? each : best)).colour;
}

function linear(colour: string): Parts {
  const part = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function luminance([red, green, blue]: Parts): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function stepOf(one: number, other: number): number {
  return Math.abs(Math.cbrt(one) - Math.cbrt(other));
}

/** Rounded away from the text, so that the contrast still holds. */
function written(
  rgb: Parts,
  change: (part: number) => number,
  round: (part: number) => number,
): string {
  const hex = rgb.map((part) => {
    const value = change(part);
    const shown = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.min(255, Math.max(0, round(255 * shown))).toString(16).padStart(2, "0");
  });
  return `#${hex.join("")}`;
}
