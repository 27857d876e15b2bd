// The worker that searches a challenge's answer, so that the page stays quick meanwhile.
import { deriveKey } from "altcha-lib/algorithms/web/pbkdf2";
import { handler } from "altcha-lib/workers/shared";

handler({ deriveKey });
