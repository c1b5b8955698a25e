using System.Net;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Realms;
using Keycloak.ApiProtection.KeycloakTests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>The contract on a real server, with additional tests that require a real server.</summary>
public abstract partial class KeycloakContract : RealmContract
{
    private readonly RealKeycloak _keycloak;

    protected KeycloakContract(RealKeycloak keycloak)
        : base(keycloak)
    {
        Assert.SkipWhen(keycloak.Missing is not null, keycloak.Missing ?? "");
        _keycloak = keycloak;
    }

    [Theory]
    [InlineData("RS256", null)]
    [InlineData("RS256", "api-key")]
    [InlineData("PS256", "api-key")]
    [InlineData("ES256", "api-key")]
    public async Task Keycloak_accepts_an_assertion_signed_with_the_clients_key(string algorithm, string? keyId)
    {
        var (pem, jwks) = ClientKeyOf(algorithm, keyId ?? "some-key");
        await _keycloak.SetClientKeysAsync("orders-api", jwks, Cancellation);
        try
        {
            await using var api = await StartIntrospectingApiAsync(
                ("credentials:secret", null),
                ("credentials:jwt:key", pem),
                ("credentials:jwt:algorithm", algorithm),
                ("credentials:jwt:key-id", keyId));
            var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;

            Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
            await Task.Delay(FreshnessMilliseconds + 100, Cancellation);
            Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
        }
        finally
        {
            await _keycloak.SetClientKeysAsync("orders-api", null, Cancellation);
        }
    }

    /// <summary>Requires a distribution that was built to request client certificates.</summary>
    protected async Task TakesTheCertificateOfTheNamedHttpClientAsync()
    {
        using var stranger = ServerCertificates.SelfSigned("CN=somebody else");
        using var http = new HttpClient(Handler(null));
        var token =
            (await new RealmClient(http, _keycloak.TlsAddress).PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;
        await _keycloak.SetClientCertificateSubjectAsync("orders-api", "(.*?)CN=mutual TLS client(?:$)", Cancellation);
        try
        {
            await using (var api = await StartAsync(_keycloak.Certificates.Client, new RecordingLog()))
            {
                Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
                await Task.Delay(FreshnessMilliseconds + 100, Cancellation);
                Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
            }

            await AssertRefusedAsync(null, "credentials.method");

            // Not issued by the certificate authority that Keycloak trusts, so the server may reject the connection.
            await AssertRefusedAsync(stranger, null);

            // A trusted certificate, but not the one of the client.
            await _keycloak.SetClientCertificateSubjectAsync("orders-api", "(.*?)CN=another API(?:$)", Cancellation);
            await AssertRefusedAsync(_keycloak.Certificates.Client, "does not accept this API's own credentials");
        }
        finally
        {
            await _keycloak.SetClientCertificateSubjectAsync("orders-api", null, Cancellation);
        }

        async Task AssertRefusedAsync(X509Certificate2? certificate, string? said)
        {
            var log = new RecordingLog();
            await using var api = await StartAsync(certificate, log);

            var answer = await api.CallAsync("GET /me", token, Cancellation);

            Assert.Equal(503, answer.Status);
            Assert.True(answer.Http.Headers.ContainsKey("Retry-After"));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{certificate?.Subject ?? "no certificate"}: {log.Of("IntrospectionRejected")}{log.Of("IntrospectionFailed")}");
            Assert.Contains(said ?? "", log.Of("IntrospectionRejected"), StringComparison.Ordinal);
        }

        static HttpClientHandler Handler(X509Certificate2? certificate)
        {
            var handler = new HttpClientHandler
            {
                AllowAutoRedirect = false,
                ServerCertificateCustomValidationCallback = (_, _, _, _) => true
            };
            if (certificate is not null)
            {
                handler.ClientCertificates.Add(certificate);
            }

            return handler;
        }

        Task<ProtectedApi> StartAsync(X509Certificate2? certificate, RecordingLog log) => ProtectedApi.StartAsync(
            _keycloak.TlsAddress,
            services => services.AddSingleton<ILoggerProvider>(log)
                .AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
                .ConfigurePrimaryHttpMessageHandler(() => Handler(certificate)),
            Cancellation,
            ("Introspection", "Always"),
            ("Introspection:Freshness", "00:00:01"),
            ("credentials:method", "TlsClientCertificate"));
    }

    /// <summary>Requires a distribution that was built to request client certificates.</summary>
    protected async Task AcceptsABoundTokenOnlyWithItsCertificateAsync()
    {
        var token = (await _keycloak.MutualTlsTokenAsync("alice", Cancellation))!;
        using var other = ServerCertificates.SelfSigned("CN=somebody else");
        (string, string?)[] introspecting = [("Introspection", "Always"), ("credentials:secret", DemoClient.OrdersApi.Secret)];
        foreach (var settings in new[] { [], introspecting })
        {
            await using var api = await MutualTlsApi.StartAsync(_keycloak.BaseAddress, Cancellation, settings);

            Assert.Equal("200", await api.CallAsync(token, _keycloak.Certificates.Client, Cancellation));
            Assert.Equal("401 bound_certificate_missing", await api.CallAsync(token, null, Cancellation));
            Assert.Equal("401 bound_certificate_other", await api.CallAsync(token, other, Cancellation));
            Assert.Equal("200", await api.CallAsync(token, _keycloak.Certificates.Client, Cancellation));
            Assert.Equal(
                "401 proof_required",
                await api.CallAsync(
                    (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact,
                    _keycloak.Certificates.Client,
                    Cancellation));
        }
    }

    [Fact]
    public async Task After_consent_is_withdrawn_the_client_is_logged_out_and_another_client_of_the_session_can_refresh()
    {
        await using var api = await StartListeningApiAsync();
        await Realm.SetBackchannelLogoutUrlAsync("storefront", api.LogoutUrl, Cancellation);
        try
        {
            using var browser = new Browser(Client);
            var storefront = await browser.LogInAsync(DemoClient.Storefront, "alice", Cancellation);
            var spa = await browser.LogInAsync(DemoClient.Spa, "alice", Cancellation);
            Assert.Equal(storefront.AccessToken.Text("sid"), spa.AccessToken.Text("sid"));
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(spa.AccessToken, Cancellation));

            await MeasureAsync(
                api,
                storefront,
                "consent withdrawn",
                () => _keycloak.WithdrawConsentAsync("alice", "storefront", Cancellation));

            var ended = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(spa.AccessToken, Cancellation));
            var refused = await Client.RefreshAsync(DemoClient.Storefront, storefront.RefreshToken.Compact, Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Http.Status);
            do
            {
                spa = await Client.RefreshAsync(DemoClient.Spa, spa.RefreshToken.Compact, Cancellation);
            }
            while (spa.AccessToken.Number("iat") <= ended);

            Assert.Equal(storefront.AccessToken.Text("sid"), spa.AccessToken.Text("sid"));
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(spa.AccessToken, Cancellation));
        }
        finally
        {
            await Realm.SetBackchannelLogoutUrlAsync("storefront", null, Cancellation);
        }
    }

    [Fact]
    public async Task After_consent_is_withdrawn_stored_events_end_the_tokens_of_that_client_only()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        using var browser = new Browser(Client);
        var storefront = await browser.LogInAsync(DemoClient.Storefront, "alice", Cancellation);
        var spa = await browser.LogInAsync(DemoClient.Spa, "alice", Cancellation);

        await MeasureEventAsync(
            api, storefront, "consent withdrawn", () => _keycloak.WithdrawConsentAsync("alice", "storefront", Cancellation));

        Assert.Equal("inactive", api.LastRejection);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(spa.AccessToken, Cancellation));
    }

    [Theory]
    [InlineData("10:00:00", HttpStatusCode.Unauthorized)]
    [InlineData("00:00:00", HttpStatusCode.OK)]
    public async Task A_token_that_the_client_gets_of_the_session_after_the_logout_token_came_is_rejected_where_the_setting_says_so(
        string lifetime, HttpStatusCode expected)
    {
        // A withdrawn consent leaves the session alive at Keycloak, as the loss of a session's end does: the logout token is the same.
        await using var api = await StartListeningApiAsync(("Revocation:EndedSessionLifetime", lifetime));
        await Realm.SetBackchannelLogoutUrlAsync("storefront", api.LogoutUrl, Cancellation);
        try
        {
            using var browser = new Browser(Client);
            var before = await browser.LogInAsync(DemoClient.Storefront, "alice", Cancellation);
            await MeasureAsync(api, before, "consent withdrawn", () => _keycloak.WithdrawConsentAsync("alice", "storefront", Cancellation));
            var ended = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            TokenAnswer after;
            do
            {
                after = await browser.LogInAsync(DemoClient.Storefront, "alice", Cancellation);
            }
            while (after.AccessToken.Number("iat") <= ended);

            Assert.Equal(before.AccessToken.Text("sid"), after.AccessToken.Text("sid"));
            Assert.Equal(expected, await api.CallAsync(after.AccessToken, Cancellation));

            // A new session is let in, whatever the setting says.
            using var another = new Browser(Client);
            Assert.Equal(
                HttpStatusCode.OK,
                await api.CallAsync((await another.LogInAsync(DemoClient.Storefront, "alice", Cancellation)).AccessToken, Cancellation));
        }
        finally
        {
            await Realm.SetBackchannelLogoutUrlAsync("storefront", null, Cancellation);
        }
    }

    [Fact]
    public async Task A_changed_attribute_of_the_client_affects_its_next_token()
    {
        const string attribute = "access.token.signed.response.alg";
        await _keycloak.SetClientAttributeAsync("no-audience", attribute, "ES256", Cancellation);
        try
        {
            Assert.Equal("ES256", (await Client.PasswordAsync(DemoClient.NoAudience, "bob", Cancellation)).AccessToken.Algorithm);
        }
        finally
        {
            await _keycloak.SetClientAttributeAsync("no-audience", attribute, null, Cancellation);
        }

        Assert.Equal("RS256", (await Client.PasswordAsync(DemoClient.NoAudience, "bob", Cancellation)).AccessToken.Algorithm);
    }

    [Fact]
    public async Task A_client_that_repeats_the_login_with_the_values_of_the_challenge_passes()
    {
        await _keycloak.UseStepUpFlowAsync(Cancellation);
        try
        {
            await using var api = await StartIntrospectingApiAsync(("AcrLevels:0", "silver"), ("AcrLevels:1", "gold"));
            using var browser = new Browser(Client);
            var silver = (await browser.LogInAsync(DemoClient.Spa, "alice", Cancellation)).AccessToken;
            Assert.Equal("silver", silver.Text("acr"));
            Assert.Equal(200, (await api.CallAsync("GET /me", silver.Compact, Cancellation)).Status);

            var refused = await api.CallAsync("POST /transfers", silver.Compact, Cancellation);

            Assert.Equal((401, null), (refused.Status, refused.Rejection));
            Assert.Equal("insufficient_user_authentication", Parameter(refused, "error"));
            Assert.Equal(("gold", "300"), (Parameter(refused, "acr_values"), Parameter(refused, "max_age")));

            var gold = (await browser.LogInAsync(
                DemoClient.Spa,
                "alice",
                Cancellation,
                acrValues: Parameter(refused, "acr_values"),
                maxAge: Parameter(refused, "max_age"))).AccessToken;

            Assert.Equal(("gold", silver.Text("sid")), (gold.Text("acr"), gold.Text("sid")));
            Assert.Equal(200, (await api.CallAsync("POST /transfers", gold.Compact, Cancellation)).Status);

            // Keycloak's response describes the session, which is gold now. The token itself decides.
            var introspected = AssertActive(await Client.IntrospectAsync(DemoClient.OrdersApi, silver.Compact, Cancellation));
            Assert.Equal("gold", introspected.Json.GetProperty("acr").GetString());
            await Task.Delay(FreshnessMilliseconds + 100, Cancellation);
            Assert.Equal(401, (await api.CallAsync("POST /transfers", silver.Compact, Cancellation)).Status);
        }
        finally
        {
            await _keycloak.RemoveStepUpFlowAsync(Cancellation);
        }

        static string? Parameter(ApiAnswer answer, string name) =>
            System.Text.RegularExpressions.Regex.Match(answer.Challenge ?? "", $" {name}=\"([^\"]*)\"") is { Success: true } match
                ? match.Groups[1].Value
                : null;
    }
}
