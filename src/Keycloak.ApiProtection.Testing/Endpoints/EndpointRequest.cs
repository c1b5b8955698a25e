using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>A request as the endpoints see it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Form">The form, empty where there was none.</param>
/// <param name="Issuer">The issuer as seen through the host that was asked.</param>
/// <param name="Url">The address that was asked, without its query.</param>
/// <param name="RemoteAddress">The caller.</param>
internal sealed record EndpointRequest(string Method, IHeaderDictionary Headers, IFormCollection Form, string Issuer, string Url, string RemoteAddress)
{
    /// <summary>A form parameter; null where missing. An empty one is there.</summary>
    public string? Parameter(string name) => Form.TryGetValue(name, out var values) ? values[0] : null;

    public bool IsGet => HttpMethods.IsGet(Method) || HttpMethods.IsHead(Method);

    public bool IsPost => HttpMethods.IsPost(Method);
}
