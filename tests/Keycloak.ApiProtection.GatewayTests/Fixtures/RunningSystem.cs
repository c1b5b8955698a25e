using Gateway;
using Gateway.Servers;
using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>The system of the sample with the embedded realm and a real NGINX. Tests are skipped if NGINX is not installed.</summary>
public class RunningSystem : IAsyncLifetime
{
    private readonly string? _missing;
    private ArticleSystem? _system;

    public RunningSystem() => _missing = NginxInstallation.Find(out var reason) is null ? reason : null;

    public ArticleSystem Article
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? string.Empty);
            return _system!;
        }
    }

    public KeycloakRealm Realm => Article.Realm.Embedded!;

    public async ValueTask InitializeAsync()
    {
        if (_missing is null)
        {
            _system = await ArticleSystem.StartAsync(Options(), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }

    /// <summary>Gets an active token of a new session.</summary>
    public Task<string> TokenAsync(string user, string scope = "openid") =>
        AccessTokenAsync(Article.Tokens.PasswordAsync(user, scope, cancellation: TestContext.Current.CancellationToken));

    /// <summary>Sends a request on one of the ways, on a new connection.</summary>
    public Task<RawAnswer> SendAsync(string way, string request) =>
        RawHttp.SendAsync(Article.Nginx.Address, request.Replace("{way}", way, StringComparison.Ordinal));

    /// <summary>Repeats a request until the response satisfies a condition.</summary>
    public static async Task<RawAnswer> EventuallyAsync(Func<Task<RawAnswer>> ask, Func<RawAnswer, bool> settled)
    {
        while (true)
        {
            var answer = await ask();
            if (settled(answer))
            {
                return answer;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    protected virtual ArticleSystemOptions Options() => new();

    private static async Task<string> AccessTokenAsync(Task<Gateway.Realms.Tokens> tokens) => (await tokens).Access;
}
