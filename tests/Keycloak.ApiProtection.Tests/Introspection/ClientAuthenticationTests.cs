using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tests.Configuration;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class ClientAuthenticationTests
{
    private static readonly RSA Rsa = RSA.Create(2048);

    public static TheoryData<string, string> Keys => new()
    {
        { "RS256", Rsa.ExportPkcs8PrivateKeyPem() },
        { "RS512", Rsa.ExportRSAPrivateKeyPem() },
        { "PS256", "-- a remark before it --\n" + Rsa.ExportPkcs8PrivateKeyPem() },
        { "PS384", Jwk(Rsa) },
        { "ES256", Ec(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem() },
        { "ES384", Ec(ECCurve.NamedCurves.nistP384).ExportECPrivateKeyPem() },
        { "ES512", Jwk(Ec(ECCurve.NamedCurves.nistP521)) },
    };

    [Fact]
    public async Task The_Basic_header_has_the_form_urlencoded_client_id_and_secret()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Credentials.Secret = "a b:c%+\u00e4");
        await api.VerdictAsync(api.Token());

        Assert.Equal("Basic " + Convert.ToBase64String("orders-api:a+b%3Ac%25%2B%C3%A4"u8), api.Line.LastAuthorization);
        Assert.Equal(["token", "token_type_hint"], api.Line.LastForm.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Client_id_and_secret_can_be_sent_in_the_form()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => options.Credentials.Method = ClientAuthenticationMethod.ClientSecretPost);

        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        Assert.Null(api.Line.LastAuthorization);
        Assert.Equal(
            ("orders-api", "orders-api-secret"), ((string?)api.Line.LastForm["client_id"], (string?)api.Line.LastForm["client_secret"]));
    }

    [Fact]
    public async Task With_a_TLS_client_certificate_only_the_client_id_is_sent()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => (options.Credentials.Secret, options.Credentials.Method) = (null, ClientAuthenticationMethod.TlsClientCertificate));
        await api.VerdictAsync(api.Token());

        Assert.Null(api.Line.LastAuthorization);
        Assert.Equal(["client_id", "token", "token_type_hint"], api.Line.LastForm.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task With_a_private_key_each_request_has_a_new_signed_assertion(string algorithm, string key)
    {
        await using var api = await IntrospectingApi.StartAsync(options =>
        {
            (options.Credentials.Secret, options.Credentials.Key, options.Credentials.Algorithm) = (null, key, algorithm);
            options.Introspection.Freshness = TimeSpan.Zero;
        });
        var token = api.Token();
        api.Line.Instead = _ => Responses.Of(Answers.Of(token).ToJsonString());
        Assert.Equal("200", await api.VerdictAsync(token));
        var first = (string?)api.Line.LastForm["client_assertion"];
        Assert.Equal("200", await api.VerdictAsync(token));
        var second = (string?)api.Line.LastForm["client_assertion"];

        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", api.Line.LastForm["client_assertion_type"]);
        Assert.NotEqual(Payload(first!).GetProperty("jti").GetString(), Payload(second!).GetProperty("jti").GetString());
        var payload = Payload(first!);
        Assert.Equal(
            ("orders-api", "orders-api", api.Realm.Issuer),
            (payload.GetProperty("iss").GetString(), payload.GetProperty("sub").GetString(), payload.GetProperty("aud").GetString()));
        Assert.Equal(60, payload.GetProperty("exp").GetInt64() - api.Time.GetUtcNow().ToUnixTimeSeconds());
        Assert.Equal(algorithm, Part(first!, 0).GetProperty("alg").GetString());
        Assert.Equal(key.StartsWith('{') ? "my-key" : null, Part(first!, 0).TryGetProperty("kid", out var id) ? id.GetString() : null);
        Assert.True(Verifies(first!, algorithm, key));
    }

    [Theory]
    [InlineData("RS256", "is on a different curve", "P-256-as-ES384")]
    [InlineData("ES256", "is an RSA key, which cannot sign ES256", null)]
    [InlineData("HS256", "names an algorithm", null)]
    public void A_key_that_does_not_match_its_algorithm_fails_at_startup(string algorithm, string problem, string? other) =>
        Assert.Contains(problem, Configuration.SettingsReader.Rejection(options =>
        {
            options.Credentials.Key = other is null
                ? Rsa.ExportPkcs8PrivateKeyPem()
                : Ec(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem();
            options.Credentials.Algorithm = other is null ? algorithm : "ES384";
        }), StringComparison.Ordinal);

    [Theory]
    [InlineData("top-s3cret")]
    [InlineData("{\"kty\":\"RSA\",\"n\":\"top-s3cret\"}")]
    [InlineData("-----BEGIN PRIVATE KEY-----\ntop-s3cret\n-----END PRIVATE KEY-----")]
    public void A_key_that_cannot_be_parsed_fails_at_startup_and_the_error_does_not_contain_it(string key)
    {
        var refusal = Configuration.SettingsReader.Rejection(options => options.Credentials.Key = key);

        Assert.Contains("neither an unencrypted PEM private key nor a JWK", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_are_not_revealed_as_text() =>
        Assert.Equal("ClientSecretBasic", new KeycloakClientCredentials { Secret = "top-s3cret", KeyId = "x" }.ToString());

    private static ECDsa Ec(ECCurve curve) => ECDsa.Create(curve);

    private static string Jwk(RSA rsa)
    {
        var p = rsa.ExportParameters(true);
        return JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["kty"] = "RSA",
            ["kid"] = "my-key",
            ["n"] = Base64Url.EncodeToString(p.Modulus),
            ["e"] = Base64Url.EncodeToString(p.Exponent),
            ["d"] = Base64Url.EncodeToString(p.D),
            ["p"] = Base64Url.EncodeToString(p.P),
            ["q"] = Base64Url.EncodeToString(p.Q),
            ["dp"] = Base64Url.EncodeToString(p.DP),
            ["dq"] = Base64Url.EncodeToString(p.DQ),
            ["qi"] = Base64Url.EncodeToString(p.InverseQ),
        });
    }

    private static string Jwk(ECDsa ec)
    {
        var p = ec.ExportParameters(true);
        return JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["kty"] = "EC",
            ["kid"] = "my-key",
            ["crv"] = "P-521",
            ["x"] = Base64Url.EncodeToString(p.Q.X),
            ["y"] = Base64Url.EncodeToString(p.Q.Y),
            ["d"] = Base64Url.EncodeToString(p.D),
        });
    }

    private static JsonElement Payload(string assertion) => Part(assertion, 1);

    private static JsonElement Part(string assertion, int part) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(assertion.Split('.')[part])).RootElement;

    private static bool Verifies(string assertion, string algorithm, string key)
    {
        var parts = assertion.Split('.');
        var input = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Base64Url.DecodeFromChars(parts[2]);
        var hash = new HashAlgorithmName("SHA" + algorithm[2..]);
        if (algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            using var ec = ECDsa.Create();
            if (key.StartsWith('{'))
            {
                var jwk = JsonDocument.Parse(key).RootElement;
                ec.ImportParameters(new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP521,
                    Q = new ECPoint
                    {
                        X = Base64Url.DecodeFromChars(jwk.GetProperty("x").GetString()),
                        Y = Base64Url.DecodeFromChars(jwk.GetProperty("y").GetString())
                    },
                });
            }
            else
            {
                ec.ImportFromPem(key);
            }

            return ec.VerifyData(input, signature, hash);
        }

        // Use the key of this test case and not the static one: test cases can be discovered in one process and run in another.
        using var rsa = RSA.Create();
        if (key.StartsWith('{'))
        {
            var jwk = JsonDocument.Parse(key).RootElement;
            rsa.ImportParameters(new RSAParameters
            {
                Modulus = Base64Url.DecodeFromChars(jwk.GetProperty("n").GetString()),
                Exponent = Base64Url.DecodeFromChars(jwk.GetProperty("e").GetString()),
            });
        }
        else
        {
            rsa.ImportFromPem(key);
        }

        return rsa.VerifyData(input, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }
}
