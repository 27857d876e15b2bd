export type Say = (key: string, values?: Record<string, string | number>) => string;

/** Looks words up by key and fills their `{places}`; a key that is missing is an error of ours. */
export function speaker(texts: Record<string, string>): Say {
  return (key, values = {}) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`no text is called ${key}`);
    return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  };
}
