const KEY = "liveavatar-resume";

/**
 * The one thing that is kept outside of memory: a token that brings a reloaded page back to its
 * conversation, once. Kept by the tab only while the conversation lives; where storage is refused
 * nothing is kept, and leaving the page ends the conversation.
 */
export class ResumeStore {
  constructor(private readonly storage: () => Storage) {}

  /** Whether the token could be kept. */
  keep(token: string): boolean {
    try {
      this.storage().setItem(KEY, token);
      return true;
    } catch {
      return false;
    }
  }

  /** The token, which is gone with this: it is good for one use. */
  take(): string | null {
    try {
      const token = this.storage().getItem(KEY);
      this.storage().removeItem(KEY);
      return token;
    } catch {
      return null;
    }
  }
}
