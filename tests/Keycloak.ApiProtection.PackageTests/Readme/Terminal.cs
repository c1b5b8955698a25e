using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>Makes the curl calls of the README, with the addresses of this run instead of those in the README.</summary>
/// <param name="keycloak">The address that replaces <c>http://localhost:8080</c>.</param>
/// <param name="api">The address that replaces <c>http://localhost:5080</c>.</param>
internal sealed class Terminal(Uri keycloak, Uri api) : IDisposable
{
    private const int KeycloakPort = 8080;
    private const int ApiPort = 5080;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>The variable <c>TOKEN</c>: the access token of the call that has no expected status.</summary>
    public string Token { get; private set; } = "";

    /// <summary>Makes the calls one after another and returns one line per response, such as <c>GET /orders 200</c>.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(IEnumerable<CurlLine> lines, CancellationToken cancellationToken)
    {
        List<string> answers = [];
        foreach (var line in lines)
        {
            using var request = Request(line);
            using var response = await _http.SendAsync(request, cancellationToken);
            if (line.ExpectedStatus is null)
            {
                var body = await response.Content.ReadAsStringAsync(cancellationToken);
                Assert.True(response.StatusCode == HttpStatusCode.OK, body);
                Token = (string)JsonNode.Parse(body)!["access_token"]!;
            }
            else
            {
                answers.Add(Describe(line, (int)response.StatusCode));
            }
        }

        return answers;
    }

    /// <summary>The responses that the comments after the calls promise.</summary>
    public static IEnumerable<string> Expected(IEnumerable<CurlLine> lines) =>
        lines.Where(line => line.ExpectedStatus.HasValue).Select(line => Describe(line, line.ExpectedStatus!.Value));

    private static string Describe(CurlLine line, int status) => $"{line.Method} {line.Url.PathAndQuery} {status}";

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(CurlLine line)
    {
        Assert.Equal("localhost", line.Url.Host);
        var server = line.Url.Port switch
        {
            KeycloakPort => keycloak,
            ApiPort => api,
            _ => throw new InvalidOperationException($"No server of this run listens at {line.Url}."),
        };
        var request = new HttpRequestMessage(line.Method, new Uri(server, line.Url.PathAndQuery));
        request.Content = line.Form.Count > 0 ? new FormUrlEncodedContent(line.Form) : null;
        foreach (var header in line.Headers)
        {
            var (name, value) = header.Split(": ", 2) is [var left, var right] ? (left, right) : throw new FormatException(header);
            Assert.Equal("Authorization", name);
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(value.Replace("$TOKEN", Token, StringComparison.Ordinal));
        }

        return request;
    }
}
