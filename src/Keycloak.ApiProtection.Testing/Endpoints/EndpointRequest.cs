using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>A request to an endpoint.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Form">The form; empty if the request has none.</param>
/// <param name="Issuer">The issuer for the host in the request.</param>
/// <param name="Url">The requested URL without its query.</param>
/// <param name="RemoteAddress">The caller's IP address.</param>
internal sealed record EndpointRequest(
    string Method, IHeaderDictionary Headers, IFormCollection Form, string Issuer, string Url, string RemoteAddress)
{
    /// <summary>Gets a form parameter; null if it is missing. An empty parameter is not missing.</summary>
    public string? Parameter(string name) => Form.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>Gets the query.</summary>
    public IQueryCollection Query { get; init; } = QueryCollection.Empty;

    public bool IsGet => HttpMethods.IsGet(Method) || HttpMethods.IsHead(Method);

    public bool IsPost => HttpMethods.IsPost(Method);
}
