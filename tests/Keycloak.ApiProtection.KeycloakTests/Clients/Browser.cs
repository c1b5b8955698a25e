using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Web;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>A browser in front of Keycloak's pages, as far as logging in and consenting needs one: cookies, forms, redirects.</summary>
public sealed partial class Browser(RealmClient realm) : IDisposable
{
    /// <summary>Matches any port in the redirect URIs of the realm <c>demo</c>; nobody listens there.</summary>
    private const string RedirectUri = "http://127.0.0.1/callback";

    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    // Keycloak 24 marks its cookies as secure also without TLS. A browser sends such ones to this machine all the same; CookieContainer does not.
    private readonly Dictionary<string, string> _cookies = [];

    /// <summary>Logs in at a client with the authorization code flow and PKCE; within a session without being asked for the password.</summary>
    public async Task<TokenAnswer> LogInAsync(DemoClient client, string user, CancellationToken cancellationToken, string scope = "openid orders:read")
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var uri = new Uri($"{realm.Endpoint("auth")}?response_type=code&client_id={client.Id}&redirect_uri={Uri.EscapeDataString(RedirectUri)}"
            + $"&scope={Uri.EscapeDataString(scope)}&state=s&code_challenge={challenge}&code_challenge_method=S256");
        var answer = await SendAsync(HttpMethod.Get, uri, null, cancellationToken);
        for (var page = 0; page < 10; page++)
        {
            if (answer.Headers.Location is { } location)
            {
                if (location.AbsoluteUri.StartsWith(RedirectUri, StringComparison.Ordinal))
                {
                    var code = HttpUtility.ParseQueryString(location.Query)["code"] ?? throw new InvalidOperationException($"No code: {location}");
                    return await RedeemAsync(client, code, verifier, cancellationToken);
                }

                answer = await SendAsync(HttpMethod.Get, location, null, cancellationToken);
                continue;
            }

            var html = await answer.Content.ReadAsStringAsync(cancellationToken);
            var action = FormAction().Match(html);
            Assert.True(action.Success, html);

            // The pages of 26 with organisations ask the name first; the consent's form has its buttons by name.
            var fields = new Dictionary<string, string>();
            if (html.Contains("name=\"accept\"", StringComparison.Ordinal))
            {
                fields["accept"] = "Yes";
                fields["code"] = HiddenCode().Match(html).Groups[1].Value;
            }
            else
            {
                fields["username"] = user;
                fields["password"] = user;
            }

            using var form = new FormUrlEncodedContent(fields);
            answer = await SendAsync(HttpMethod.Post, new Uri(realm.Issuer, HttpUtility.HtmlDecode(action.Groups[1].Value)), form, cancellationToken);
        }

        throw new InvalidOperationException("The login did not come to an end.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        if (_cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        }

        var answer = await _http.SendAsync(request, cancellationToken);
        foreach (var header in answer.Headers.TryGetValues("Set-Cookie", out var headers) ? headers : [])
        {
            var (name, value) = header.Split(';')[0].Split('=', 2) is [var key, var text] ? (key, text) : (header, "");
            _cookies[name] = value;
            if (value.Length == 0)
            {
                _cookies.Remove(name);
            }
        }

        return answer;
    }

    private Task<TokenAnswer> RedeemAsync(DemoClient client, string code, string verifier, CancellationToken cancellationToken) => realm.TokenAsync(
        [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", verifier),
            ("client_id", client.Id), ("client_secret", client.Secret),
        ],
        cancellationToken);

    [GeneratedRegex("<form[^>]* action=\"([^\"]+)\"")]
    private static partial Regex FormAction();

    [GeneratedRegex("name=\"code\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenCode();
}
