namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>One call of the admin REST API.</summary>
/// <param name="Method">POST or PUT.</param>
/// <param name="Path">Below <c>/admin/realms</c>. <c>{client:orders-api}</c> and the like stand for ids that Keycloak has given.</param>
/// <param name="Body">The representation, JSON, with the same names for ids.</param>
internal sealed record AdminRequest(HttpMethod Method, string Path, string Body);
