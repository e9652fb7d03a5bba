/** What old definitions leave to the old system's account and we have to be told. */
export interface ImportOptions {
  /** Written into every definition, whatever the old one says. */
  readonly provisionerId?: string | undefined;
  /** Name of a definition that holds none, for example its file's. */
  readonly fallbackName?: string | undefined;
  readonly queueUrl?: string | undefined;
  /** The worker type's name is added to it. */
  readonly queueUrlPrefix?: string | undefined;
  /** Twelve digits; completes instance profiles that are given by name. */
  readonly accountId?: string | undefined;
  /** Subnet ids by Availability Zone. */
  readonly subnets: ReadonlyMap<string, string>;
  /** Security group ids by `REGION/NAME`. */
  readonly securityGroups: ReadonlyMap<string, string>;
}
