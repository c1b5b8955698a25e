namespace Keycloak.ApiProtection.GatewayTests.Clients;

/// <summary>Creates raw HTTP requests. <c>{way}</c> is a placeholder for the way.</summary>
internal static class Request
{
    public static string Get(string target, params string[] headers) => With($"GET {target} HTTP/1.1", ["Host: gateway", .. headers]);

    public static string Post(string target, string body, params string[] headers) =>
        With(
            $"POST {target} HTTP/1.1",
            ["Host: gateway", "Content-Type: application/json", $"Content-Length: {body.Length}", .. headers],
            body);

    public static string With(string line, string[] headers, string body = "") =>
        string.Join("\r\n", [line, "Connection: close", .. headers, "", body]);

    public static string Bearer(string token) => $"Authorization: Bearer {token}";
}
