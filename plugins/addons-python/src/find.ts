import type {AddonManager} from '@flavor/contract'

export const find: NonNullable<AddonManager['find']> = async () => undefined
