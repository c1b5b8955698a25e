using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Web;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>A minimal browser for Keycloak's login and consent pages. It supports cookies, forms and redirects.</summary>
public sealed partial class Browser(RealmClient realm) : IDisposable
{
    /// <summary>The redirect URIs of the realm <c>demo</c> allow any port here. No server listens on this address.</summary>
    private const string RedirectUri = "http://127.0.0.1/callback";

    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    // Keycloak 24 marks its cookies as secure even without TLS. Browsers still send them to loopback addresses; CookieContainer does not.
    private readonly Dictionary<string, string> _cookies = [];

    /// <summary>Logs in to a client with the authorization code flow and PKCE. Within a session, no password is required.</summary>
    public async Task<TokenAnswer> LogInAsync(
        DemoClient client,
        string user,
        CancellationToken cancellationToken,
        string scope = "openid orders:read",
        string? acrValues = null,
        string? maxAge = null)
    {
        var verifier = NewVerifier();
        var uri = AuthorizationUri(client, scope, verifier, (acrValues is null ? null : $"&acr_values={Uri.EscapeDataString(acrValues)}")
            + (maxAge is null ? null : $"&max_age={maxAge}"));
        var location = await FollowAsync(uri, user, cancellationToken);
        var code = HttpUtility.ParseQueryString(location?.Query ?? "")["code"] ?? throw new InvalidOperationException(
            $"No code: {location}");
        return await RedeemAsync(client, code, verifier, cancellationToken);
    }

    /// <summary>
    /// Performs an action of the account that a client asks for (<c>kc_action</c>), within the session. A new password is the user name
    /// again, and ends the user's other sessions.
    /// </summary>
    public async Task ActAsync(DemoClient client, string user, string action, CancellationToken cancellationToken)
    {
        var location = await FollowAsync(
            AuthorizationUri(client, "openid", NewVerifier(), $"&kc_action={action}"), user, cancellationToken);

        // Without a redirect, the last page says what was done: the account is deleted, and so is the session.
        Assert.True(location is null || location.Query.Contains("kc_action_status=success", StringComparison.Ordinal), $"{location}");
    }

    public void Dispose() => _http.Dispose();

    private static string NewVerifier() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private Uri AuthorizationUri(DemoClient client, string scope, string verifier, string? parameters)
    {
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        return new Uri($"{realm.Endpoint("auth")}?response_type=code&client_id={client.Id}&redirect_uri={Uri.EscapeDataString(RedirectUri)}"
            + $"&scope={Uri.EscapeDataString(scope)}&state=s&code_challenge={challenge}&code_challenge_method=S256{parameters}");
    }

    /// <summary>
    /// Completes the forms of Keycloak's pages. Returns the redirect to the client, or null if the last page has no form.
    /// </summary>
    private async Task<Uri?> FollowAsync(Uri uri, string user, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, uri, null, cancellationToken);
        for (var page = 0; page < 10; page++)
        {
            if (answer.Headers.Location is { } location)
            {
                if (location.AbsoluteUri.StartsWith(RedirectUri, StringComparison.Ordinal))
                {
                    return location;
                }

                answer = await SendAsync(HttpMethod.Get, location, null, cancellationToken);
                continue;
            }

            var html = await answer.Content.ReadAsStringAsync(cancellationToken);
            Assert.True(answer.IsSuccessStatusCode, html);
            var action = FormAction().Match(html);
            if (!action.Success)
            {
                return null;
            }

            using var form = new FormUrlEncodedContent(Fields(html, user));
            answer = await SendAsync(
                HttpMethod.Post,
                new Uri(realm.Issuer, HttpUtility.HtmlDecode(action.Groups[1].Value)),
                form,
                cancellationToken);
        }

        throw new InvalidOperationException("The login did not complete.");
    }

    // With organizations, Keycloak 26 asks for the user name first. The buttons of the consent form are identified by name.
    private static Dictionary<string, string> Fields(string html, string user)
    {
        if (html.Contains("name=\"accept\"", StringComparison.Ordinal))
        {
            return new() { ["accept"] = "Yes", ["code"] = HiddenCode().Match(html).Groups[1].Value };
        }

        return html.Contains("name=\"password-new\"", StringComparison.Ordinal)
            ? new() { ["password-new"] = user, ["password-confirm"] = user, ["logout-sessions"] = "on" }
            : new() { ["username"] = user, ["password"] = user };
    }

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

    private Task<TokenAnswer> RedeemAsync(
        DemoClient client, string code, string verifier, CancellationToken cancellationToken) => realm.TokenAsync(
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
