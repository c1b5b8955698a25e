namespace Keycloak.ApiProtection;

/// <summary>An entry of an <see cref="IRevocationJournal"/>. A journal stores the content and does not interpret it.</summary>
/// <param name="Content">
/// The revocation: a JSON object of at most 512 ASCII characters with a version. It contains SHA-256 hashes of the session, user, client or
/// token, never their names, so that the journal is not a list of users. <see href="docs/replicas.md">docs/replicas.md</see>
/// describes the format.
/// </param>
/// <param name="Lifetime">
/// How long the entry must be kept, counted from now. After it, every token that the entry covers has expired. A journal that stores a
/// time must use one clock for all replicas, such as that of its server, because the clocks of replicas differ.
/// </param>
public sealed record RevocationEntry(string Content, TimeSpan Lifetime);
