namespace Keycloak.ApiProtection.Realms;

/// <summary>Why the realm's keys could not be read.</summary>
/// <param name="Code">A stable name of the cause: <c>unreachable</c>, <c>timeout</c>, <c>status</c>, <c>issuer</c>, ...</param>
/// <param name="Reason">What was found, and what was expected.</param>
/// <param name="Mend">What to change, in code, configuration or Keycloak's console.</param>
internal sealed record RealmFailure(string Code, string Reason, string Mend);
