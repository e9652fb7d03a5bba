import * as z from 'zod';

const idPattern = (prefix: string) => new RegExp(`^${prefix}-[0-9a-zA-Z]{3,32}$`);
const idText = (prefix: string) => `an id such as ${prefix}-0123456789abcdef0`;

/** A list of EC2 ids of one kind, none of them twice. */
const idListSchema = (prefix: string) =>
  z
    .array(z.string().regex(idPattern(prefix), idText(prefix)))
    .min(1, 'at least one is needed')
    .max(16)
    .refine((ids) => new Set(ids).size === ids.length, 'holds the same id twice');

export const idSchema = (prefix: string) => z.string().regex(idPattern(prefix), idText(prefix));

const rootVolumeSchema = z.strictObject({
  deviceName: z.string().min(1).max(64).nullish().describe("The image's root device; `/dev/xvda` unless said."),
  sizeGiB: z.int().min(1).max(16_384).nullish().describe('Size in GiB.'),
  iops: z.int().min(3000).max(80_000).nullish().describe('Provisioned IOPS of the gp3 volume.'),
  throughputMiBps: z.int().min(125).max(2000).nullish().describe('Provisioned throughput of the gp3 volume.'),
});

/**
 * How an instance is launched. May stand at four places: in the definition, in a region, in a zone and in an instance
 * type; later ones win, field by field, and `null` deletes what an earlier one said.
 */
export const launchSpecSchema = z.strictObject({
  imageId: z
    .string()
    .regex(/^(ami-[0-9a-zA-Z]{3,32}|resolve:ssm:\S{1,1000})$/, 'ami-... or resolve:ssm:PARAMETER')
    .nullish()
    .describe('Machine image: an id, or `resolve:ssm:` and the name of an SSM parameter that holds one.'),
  securityGroupIds: idListSchema('sg').nullish().describe('Security groups of the instances, by id.'),
  keyName: z.string().min(1).max(255).nullish().describe('EC2 key pair for SSH.'),
  instanceProfileArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:instance-profile\/\S+$/, 'the ARN of an instance profile')
    .nullish()
    .describe("Instance profile in place of the provisioner's own worker profile."),
  rootVolume: rootVolumeSchema
    .nullish()
    .describe('Root volume: gp3, encrypted, deleted with the instance. Absent: as the image says.'),
  ebsOptimized: z.boolean().nullish().describe('Dedicated throughput to EBS, for old instance types.'),
  detailedMonitoring: z.boolean().nullish().describe('CloudWatch metrics each minute, which cost extra.'),
  kernelId: idSchema('aki').nullish().describe('Kernel, for paravirtual images.'),
  ramdiskId: idSchema('ari').nullish().describe('RAM disk, for paravirtual images.'),
});
export type LaunchSpecLayer = z.output<typeof launchSpecSchema>;
