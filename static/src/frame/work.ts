import { type Challenge, solveChallengeWorkers } from "altcha-lib";

const MOST_WORKERS = 4;

/** Solves a challenge beside the page; the answer is altcha's payload. */
export async function solve(challenge: unknown, workerUrl: string): Promise<string> {
  const solution = await solveChallengeWorkers({
    challenge: challenge as Challenge,
    concurrency: Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1),
    createWorker: () => new Worker(workerUrl, { type: "module" }),
  });
  if (solution === null) throw new Error("the challenge could not be solved in time");
  return btoa(JSON.stringify({ challenge, solution }));
}
