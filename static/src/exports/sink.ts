/** Where the bytes of a download go until it is whole: to the disk where the browser lets us. */
export interface Sink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The whole file. */
  finish(): Promise<Blob>;
  abort(): Promise<void>;
}

const FOLDER = "exports";

export async function openSink(): Promise<Sink> {
  return (await onDisk().catch(() => null)) ?? inMemory();
}

/** The browser's private folder for this site, so that a file of any size takes little memory. */
async function onDisk(): Promise<Sink | null> {
  if (!("createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {}))) return null;
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  await removeOld(folder);
  const name = `${Date.now()}-${crypto.randomUUID()}`;
  const handle = await folder.getFileHandle(name, { create: true });
  const file = await handle.createWritable();
  return {
    write: (bytes) => file.write(bytes),
    finish: async () => {
      await file.close();
      return handle.getFile();
    },
    abort: async () => {
      await file.abort();
      await folder.removeEntry(name);
    },
  };
}

const OLD_MS = 3_600_000;

/** A file cannot be removed while the browser still saves it elsewhere; the next export does so. */
async function removeOld(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys()) {
    if (Date.now() - Number.parseInt(name, 10) > OLD_MS) await folder.removeEntry(name);
  }
}

function inMemory(): Sink {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: async (bytes) => void pieces.push(bytes),
    finish: async () => new Blob(pieces),
    abort: async () => void pieces.splice(0),
  };
}
