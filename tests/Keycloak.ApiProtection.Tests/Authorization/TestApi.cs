using System.Net;
using System.Reflection;
using System.Text;
using Keycloak.ApiProtection.Tests.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Authorization;

/// <summary>An API with the endpoints of a test, hosted in memory.</summary>
internal sealed class TestApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApi(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public TestServer Server => _app.GetTestServer();

    public static async Task<TestApi> StartAsync(
        Action<WebApplication> map,
        Action<IServiceCollection>? configure = null,
        string shape = PayloadAuthenticationHandler.OurShape,
        bool policies = true,
        Type[]? controllers = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication(shape)
            .AddScheme<PayloadAuthenticationHandler.Settings, PayloadAuthenticationHandler>(PayloadAuthenticationHandler.OurShape, null)
            .AddScheme<PayloadAuthenticationHandler.Settings, PayloadAuthenticationHandler>(
                PayloadAuthenticationHandler.JwtBearerShape, null);
        if (shape == PayloadAuthenticationHandler.JwtBearerShape)
        {
            builder.Services.AddKeycloakClaims(options => options.ClientId = "orders-api");
        }

        if (policies)
        {
            builder.Services.AddKeycloakPolicies();
        }

        if (controllers is not null)
        {
            builder.Services.AddControllers().ConfigureApplicationPartManager(parts =>
            {
                parts.ApplicationParts.Clear();
                parts.FeatureProviders.Clear();
                parts.FeatureProviders.Add(new OnlyThese(controllers));
            });
        }

        configure?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new TestApi(app);
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? payload = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (payload is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", Header(payload));
        }

        using var client = _app.GetTestClient();
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<int> StatusAsync(string path, string? payload = null)
    {
        using var response = await GetAsync(path, payload);
        return (int)response.StatusCode;
    }

    /// <summary>Without a token the response is 401, for mallory it is 403, and for alice it is 200.</summary>
    public async Task AcceptsOnlyAlice(string path)
    {
        Assert.Equal((401, 403, 200),
            (await StatusAsync(path), await StatusAsync(path, CapturedTokens.Mallory26), await StatusAsync(path, CapturedTokens.Alice26)));
    }

    public static string Header(string payload) => "Payload " + Convert.ToBase64String(Encoding.UTF8.GetBytes(payload));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed class OnlyThese(Type[] controllers) : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature)
        {
            foreach (var controller in controllers)
            {
                feature.Controllers.Add(controller.GetTypeInfo());
            }
        }
    }
}
