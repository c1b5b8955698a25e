namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>One call of the admin REST API.</summary>
/// <param name="Method">POST or PUT.</param>
/// <param name="Path">
/// The path below <c>/admin/realms</c>. Placeholders such as <c>{client:orders-api}</c> stand for ids that Keycloak assigned.
/// </param>
/// <param name="Body">The representation as JSON, with the same placeholders for ids.</param>
internal sealed record AdminRequest(HttpMethod Method, string Path, string Body);
