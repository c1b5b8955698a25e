using System.Security.Claims;
using System.Text.Encodings.Web;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// A request through authentication and authorization, without a server. The baseline is a handler that accepts every request.
/// </summary>
public class PipelineBenchmarks
{
    private const string NoOp = "NoOp";

    private ProtectedApi _api = null!;
    private ProtectedApi _forgetting = null!;
    private RequestDelegate _pipeline = null!;
    private RequestDelegate _forgettingPipeline = null!;
    private Endpoint _noOp = null!;
    private Endpoint _signedIn = null!;
    private Endpoint _scope = null!;
    private string _header = null!;
    private string _forgettingHeader = null!;
    private IServiceScopeFactory _noOpScopes = null!;
    private RequestDelegate _noOpPipeline = null!;
    private ServiceProvider _noOpServices = null!;

    [GlobalSetup]
    public void Start()
    {
        _noOpServices = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)).AddMetrics()
            .AddRouting().AddAuthorization().AddAuthentication(NoOp)
            .AddScheme<AuthenticationSchemeOptions, NoOpHandler>(NoOp, null).Services.BuildServiceProvider();
        _noOpScopes = _noOpServices.GetRequiredService<IServiceScopeFactory>();
        _noOpPipeline = Pipeline(_noOpServices);
        _api = ProtectedApi.Start(16 * 1024, services => services.AddRouting().AddAuthorization());
        _pipeline = Pipeline(_api.Services);
        _header = "Bearer " + _api.Token();
        _forgetting = ProtectedApi.Start(0, services => services.AddRouting().AddAuthorization());
        _forgettingPipeline = Pipeline(_forgetting.Services);
        _forgettingHeader = "Bearer " + _forgetting.Token();
        _noOp = EndpointWith(new AuthorizeAttribute());
        _signedIn = EndpointWith(new AuthorizeAttribute());
        _scope = EndpointWith(new AuthorizeAttribute("scope:email"));
        foreach (var status in new[] { NoOpHandlerAsync(), RepeatedToken(), RepeatedTokenWithScopePolicy(), NewToken() })
        {
            if (status.GetAwaiter().GetResult() != StatusCodes.Status204NoContent)
            {
                throw new InvalidOperationException($"The status was {status.Result}.");
            }
        }
    }

    [GlobalCleanup]
    public void Stop()
    {
        _api.Dispose();
        _forgetting.Dispose();
        _noOpServices.Dispose();
    }

    [Benchmark(Baseline = true, Description = "NoOpHandler")]
    public Task<int> NoOpHandlerAsync() => SendAsync(_noOpScopes, _noOpPipeline, _noOp, _header);

    [Benchmark]
    public Task<int> RepeatedToken() => SendAsync(_api.Scopes, _pipeline, _signedIn, _header);

    [Benchmark]
    public Task<int> RepeatedTokenWithScopePolicy() => SendAsync(_api.Scopes, _pipeline, _scope, _header);

    [Benchmark]
    public Task<int> NewToken() => SendAsync(_forgetting.Scopes, _forgettingPipeline, _signedIn, _forgettingHeader);

    private static async Task<int> SendAsync(IServiceScopeFactory scopes, RequestDelegate pipeline, Endpoint endpoint, string header)
    {
        using var scope = scopes.CreateScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Request.Headers.Authorization = header;
        http.SetEndpoint(endpoint);
        await pipeline(http);
        return http.Response.StatusCode;
    }

    private static RequestDelegate Pipeline(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UseAuthentication();
        app.UseAuthorization();
        app.Run(http =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        return app.Build();
    }

    private static Endpoint EndpointWith(AuthorizeAttribute authorize) =>
        new(_ => Task.CompletedTask, new EndpointMetadataCollection(authorize), "benchmark");

    /// <summary>Returns the same user for every request, so that only the framework's own time for any handler is measured.</summary>
    private sealed class NoOpHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        private static readonly AuthenticationTicket Ticket =
            new(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "anybody")], NoOp)), NoOp);

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.Success(Ticket));
    }
}
