using System.Net;
using System.Text;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Responses that a test gives in place of a realm.</summary>
internal static class Responses
{
    public static HttpResponseMessage Of(string body, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, type) };
}
