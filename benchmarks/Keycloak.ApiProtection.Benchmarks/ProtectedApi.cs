using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>An API with the usual setup and an embedded realm.</summary>
internal sealed class ProtectedApi : IDisposable
{
    private const string Client = "orders-api";

    // Removed from short tokens.
    private static readonly string[] Unnecessary =
        ["realm_access", "resource_access", "given_name", "family_name", "name", "preferred_username", "email", "email_verified", "acr"];

    private readonly ServiceProvider _services;
    private readonly KeycloakRealm _realm;

    private ProtectedApi(ServiceProvider services, KeycloakRealm realm)
    {
        _services = services;
        _realm = realm;
        Scopes = services.GetRequiredService<IServiceScopeFactory>();
        Verifier = services.GetRequiredService<KeycloakSchemes>().Get(KeycloakBearerDefaults.AuthenticationScheme).Verifier;
    }

    public AccessTokenVerifier Verifier { get; }

    public IServiceScopeFactory Scopes { get; }

    public string Issuer => _realm.Issuer;

    public IServiceProvider Services => _services;

    public static ProtectedApi Start(int cacheSize, Action<IServiceCollection>? more = null)
    {
        var realm = KeycloakRealm.StartAsync(new KeycloakRealmOptions { InMemory = true }).GetAwaiter().GetResult();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(realm.Configuration(Client)).Build());
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddKeycloakBearer(options => options.VerifiedTokenCacheSize = cacheSize);
        services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName).ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        more?.Invoke(services);
        return new ProtectedApi(services.BuildServiceProvider(), realm);
    }

    /// <summary>Creates a valid token of about the given length, which is made distinct by its number.</summary>
    public string Token(string algorithm = "RS256", int letters = 1500, int number = 0, Func<TokenBuilder, TokenBuilder>? change = null)
    {
        var builder = _realm.Token("alice").For("cli").WithAudience(Client).WithAlgorithm(algorithm).ExpiresIn(TimeSpan.FromHours(12))
            .WithClaim("number", number);
        builder = change?.Invoke(builder) ?? builder;
        if (builder.Create().Length > letters)
        {
            builder = Unnecessary.Aggregate(builder, (token, claim) => token.WithoutClaim(claim));
        }

        var missing = letters - builder.Create().Length;
        return missing <= 20 ? builder.Create() : builder.WithClaim("note", new string('x', (missing - 20) * 3 / 4)).Create();
    }

    /// <summary>
    /// Verifies the token and throws if the result is not the expected one, because a benchmark that measures a rejection by mistake is
    /// useless.
    /// </summary>
    public void Expect(string token, bool accepted)
    {
        var verification = Verifier.VerifyAsync(token.AsMemory(), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (verification.IsAccepted(out _) != accepted)
        {
            throw new InvalidOperationException(
                $"Expected accepted: {accepted}. "
                + $"Rejection code: {(verification.IsRejected(out var rejection) ? rejection.Code : "none")}.");
        }
    }

    /// <summary>Returns the framework's signature check alone, for these tokens in turn. All of them must be signed with one key.</summary>
    public Func<bool> RawCheck(params string[] tokens)
    {
        var parts = tokens.Select(token => token.Split('.')).ToArray();
        var inputs = parts.Select(part => Encoding.ASCII.GetBytes($"{part[0]}.{part[1]}")).ToArray();
        var signatures = parts.Select(part => Base64Url.DecodeFromChars(part[2])).ToArray();
        var next = 0;
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0][0]));
        var kid = header.RootElement.GetProperty("kid").GetString();
        using var set = JsonDocument.Parse(KeySet());
        var key = set.RootElement.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("kid").GetString() == kid);
        if (key.GetProperty("kty").GetString() == "EC")
        {
            var ecdsa = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = Number(key, "x"), Y = Number(key, "y") },
            });
            return () => ecdsa.VerifyData(
                inputs[Turn()].AsSpan(), signatures[next], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        var rsa = RSA.Create(new RSAParameters { Modulus = Number(key, "n"), Exponent = Number(key, "e") });
        var padding = header.RootElement.GetProperty("alg").GetString()!.StartsWith('P')
            ? RSASignaturePadding.Pss
            : RSASignaturePadding.Pkcs1;
        return () => rsa.VerifyData(inputs[Turn()].AsSpan(), signatures[next], HashAlgorithmName.SHA256, padding);

        int Turn() => next = next + 1 == inputs.Length ? 0 : next + 1;
    }

    /// <summary>Returns the JSON of the realm's key set.</summary>
    public string KeySet()
    {
        using var client = _realm.CreateClient();
        return client.GetStringAsync(new Uri($"{_realm.Issuer}/protocol/openid-connect/certs")).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _services.Dispose();
        _realm.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static byte[] Number(JsonElement key, string name) => Base64Url.DecodeFromChars(key.GetProperty(name).GetString());
}
