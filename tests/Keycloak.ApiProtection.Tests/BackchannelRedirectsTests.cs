using System.Net;
using Keycloak.ApiProtection.Tests.Notifications;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Redirects of the backchannel over real sockets, with primary handlers that applications set.</summary>
public sealed class BackchannelRedirectsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Handlers => ["SocketsHttpHandler", "HttpClientHandler", "inside a DelegatingHandler"];

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task The_secret_is_not_sent_to_a_redirect_target_with_any_handler_of_the_application(string handler)
    {
        var (server, address, received) = await ServeAsync();
        await using var _ = server;

        foreach (var name in new[] { KeycloakBearerDefaults.BackchannelHttpClientName, "partners" })
        {
            await using var services = Services(name, () => Create(handler));
            using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(name);
            using var form = new FormUrlEncodedContent([new("client_secret", "secret")]);

            using var answer = await client.PostAsync(new Uri(address, "/introspect"), form, Cancelled);

            Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.StatusCode);
            Assert.Empty(received);
        }
    }

    [Fact]
    public async Task Other_http_clients_of_the_application_still_follow_redirects()
    {
        var (server, address, received) = await ServeAsync();
        await using var _ = server;
        await using var services = Services("other", () => new SocketsHttpHandler(), backchannel: "partners");
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("other");
        using var form = new FormUrlEncodedContent([new("text", "text")]);

        using var answer = await client.PostAsync(new Uri(address, "/introspect"), form, Cancelled);

        Assert.Equal(["text=text"], received);
    }

    [Fact]
    public async Task A_handler_that_was_already_used_and_follows_redirects_is_rejected_with_a_remedy()
    {
        var (server, address, _) = await ServeAsync();
        await using var disposal = server;
        using var used = new SocketsHttpHandler();
        using (var first = new HttpClient(used, disposeHandler: false))
        {
            await first.GetAsync(new Uri(address, "/elsewhere"), Cancelled);
        }

        await using var services = Services(KeycloakBearerDefaults.BackchannelHttpClientName, () => used);

        var error = Assert.Throws<InvalidOperationException>(
            () => services.GetRequiredService<IHttpClientFactory>().CreateClient(KeycloakBearerDefaults.BackchannelHttpClientName));
        Assert.Contains("AllowAutoRedirect = false", error.Message, StringComparison.Ordinal);
    }

    private static HttpMessageHandler Create(string handler) => handler switch
    {
        "SocketsHttpHandler" => new SocketsHttpHandler(),
        "HttpClientHandler" => new HttpClientHandler(),
        _ => new PassingHandler { InnerHandler = new HttpClientHandler() },
    };

    private static ServiceProvider Services(string name, Func<HttpMessageHandler> handler, string? backchannel = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddKeycloakBearer(options =>
        {
            (options.Authority, options.Resource) = ("https://kc.example/realms/demo", "orders-api");
            options.BackchannelHttpClientName = backchannel ?? name;
        });
        services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler(handler);
        return services.BuildServiceProvider();
    }

    /// <summary>A server that redirects <c>/introspect</c> and records the requests that arrive at the target.</summary>
    private static async Task<(WebApplication Server, Uri Address, List<string> Received)> ServeAsync()
    {
        var received = new List<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.MapPost("/introspect", () => Results.Redirect("/elsewhere", preserveMethod: true));
        server.Map("/elsewhere", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            if (await reader.ReadToEndAsync(Cancelled) is { Length: > 0 } body)
            {
                received.Add(body);
            }
        });
        await server.StartAsync(Cancelled);
        return (server, new Uri(server.Urls.First()), received);
    }

    private sealed class PassingHandler : DelegatingHandler;
}
