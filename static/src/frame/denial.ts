import type { Denial } from "./words.ts";

interface FeaturePolicy {
  allowsFeature(feature: string): boolean;
}

/**
 * Who keeps the microphone from this frame. Only some browsers tell a frame that it was not passed
 * on (Permissions Policy, 4.7); our loader always passes it on, so then the host's own policy does
 * not.
 */
export function whoDenies(hasLoader: boolean, page: Document = document): Denial {
  const policy = (page as Document & { featurePolicy?: FeaturePolicy }).featurePolicy;
  if (policy === undefined || policy.allowsFeature("microphone")) return "person";
  return hasLoader ? "policy" : "frame";
}
