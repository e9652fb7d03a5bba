import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { Ec2Error, missingParameter } from './ec2-error.ts';
import type { IdSequence } from './ids.ts';
import { isWellFormed } from './ids.ts';

/** One immutable version of a launch template. */
export interface LaunchTemplateVersionRecord {
  readonly number: number;
  readonly description?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly data: RequestLaunchTemplateData;
}

/** A launch template; version 1 stays its default. */
export interface LaunchTemplateRecord {
  readonly id: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly versions: LaunchTemplateVersionRecord[];
  readonly defaultVersion: number;
}

/** How a request names a launch template: by exactly one of both. */
export interface LaunchTemplateReference {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** Letters EC2 allows in a template's name (CreateLaunchTemplate in the API reference). */
const wellFormedName = /^[a-zA-Z0-9().\-/_]{3,128}$/;

/** The launch templates of a world. */
export class LaunchTemplates {
  readonly #ids: IdSequence;
  readonly #byId = new Map<string, LaunchTemplateRecord>();

  constructor(ids: IdSequence) {
    this.#ids = ids;
  }

  /** Every template, oldest first. */
  all(): readonly LaunchTemplateRecord[] {
    return [...this.#byId.values()];
  }

  /** Creates a template with one version. The contents are not checked, as in EC2. */
  create(name: string, first: Omit<LaunchTemplateVersionRecord, 'number'>, tags: Map<string, string>) {
    if (!wellFormedName.test(name)) {
      throw new Ec2Error('InvalidLaunchTemplateName.MalformedException', `'${name}' is not a valid template name.`);
    }
    if (this.all().some((template) => template.name === name)) {
      throw new Ec2Error(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        'Launch template name already in use in this account.',
      );
    }
    const id = this.#ids.next('lt');
    const versions = [{ ...first, number: 1 }];
    const template: LaunchTemplateRecord = { id, name, createdAt: first.createdAt, tags, versions, defaultVersion: 1 };
    this.#byId.set(id, template);
    return template;
  }

  delete(template: LaunchTemplateRecord): void {
    this.#byId.delete(template.id);
  }

  /** The template with this id, or undefined. */
  findById(id: string): LaunchTemplateRecord | undefined {
    return this.#byId.get(id);
  }

  /** The template a request names. Throws when it names none, both ways, or one that does not exist. */
  require(reference: LaunchTemplateReference): LaunchTemplateRecord {
    const { LaunchTemplateId: id, LaunchTemplateName: name } = reference;
    if (id !== undefined && name !== undefined) {
      throw new Ec2Error('InvalidParameterCombination', 'Give either a launch template id or a name, not both.');
    }
    if (id !== undefined) return this.#requireById(id);
    if (name === undefined) throw missingParameter('LaunchTemplateId or LaunchTemplateName');
    const named = this.all().find((template) => template.name === name);
    if (named !== undefined) return named;
    throw new Ec2Error(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  }

  #requireById(id: string): LaunchTemplateRecord {
    if (!isWellFormed(id, 'lt')) {
      throw new Ec2Error('InvalidLaunchTemplateId.Malformed', `The specified launch template id ${id} is malformed.`);
    }
    const template = this.#byId.get(id);
    if (template !== undefined) return template;
    throw new Ec2Error(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }
}

/** The version a text stands for: a number, `$Latest` or `$Default`. Throws when the template has no such version. */
export function requireVersion(template: LaunchTemplateRecord, text: string): LaunchTemplateVersionRecord {
  const latest = template.versions.at(-1)?.number;
  const number = text === '$Latest' ? latest : text === '$Default' ? template.defaultVersion : Number(text);
  const version = template.versions.find((candidate) => candidate.number === number);
  if (version !== undefined) return version;
  throw new Ec2Error(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find launch template version ${text} for launch template ${template.id}.`,
  );
}
